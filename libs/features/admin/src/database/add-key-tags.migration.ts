import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which channels a key may use. */
export class AddKeyTags1795910400000 implements MigrationInterface {
  readonly name = 'AddKeyTags1795910400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table admin.api_keys add column require_tags text[]');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table admin.api_keys drop column require_tags');
  }
}
