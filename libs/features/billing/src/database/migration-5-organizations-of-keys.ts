import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose a key is, beside its name; null: an organisation, a channel, or a key that was not seen since. */
export class BillingOrganizationsOfKeys1795780800005 implements MigrationInterface {
  readonly name = 'BillingOrganizationsOfKeys1795780800005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table billing.names add column organization_id text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table billing.names drop column organization_id');
  }
}
