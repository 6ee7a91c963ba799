import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a translation between dialects could not say, with each usage record. Partitions get the column from their parent. */
export class BillingWarnings1795651200000 implements MigrationInterface {
  readonly name = 'BillingWarnings1795651200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table billing.usage_records add column warnings text[] not null default '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table billing.usage_records drop column warnings');
  }
}
