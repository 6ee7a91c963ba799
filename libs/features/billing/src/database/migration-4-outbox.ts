import { createOutboxTableSql } from '@tollgate/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What billing tells the other services of, written with what it tells of. */
export class BillingOutbox1795780800000 implements MigrationInterface {
  readonly name = 'BillingOutbox1795780800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createOutboxTableSql('billing'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table billing.outbox');
  }
}
