import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often, and from where, keys and organisations may ask. */
export class AddLimits1795824000000 implements MigrationInterface {
  readonly name = 'AddLimits1795824000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['organizations', 'api_keys']) {
      await runner.query(
        `alter table admin.${table} add column limits jsonb, add column allowed_addresses text[]`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['organizations', 'api_keys']) {
      await runner.query(`alter table admin.${table} drop column limits, drop column allowed_addresses`);
    }
  }
}
