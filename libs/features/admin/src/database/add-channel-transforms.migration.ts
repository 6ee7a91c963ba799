import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a channel changes of the requests that its vendor gets. */
export class AddChannelTransforms1795737600000 implements MigrationInterface {
  readonly name = 'AddChannelTransforms1795737600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table admin.channels add column transforms jsonb not null default '{}'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table admin.channels drop column transforms');
  }
}
