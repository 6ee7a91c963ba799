import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the provider's URL templates name, and whether thoughts are written into the answer's text. */
export class AddChannelOptions1795651200000 implements MigrationInterface {
  readonly name = 'AddChannelOptions1795651200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table admin.channels
      add column options jsonb not null default '{}',
      add column thinking_to_content boolean not null default false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table admin.channels drop column options, drop column thinking_to_content');
  }
}
