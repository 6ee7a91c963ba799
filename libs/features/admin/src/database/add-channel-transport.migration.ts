import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How a channel's vendor is reached: proxy and TLS, with what is secret sealed. */
export class AddChannelTransport1795744800000 implements MigrationInterface {
  readonly name = 'AddChannelTransport1795744800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table admin.channels add column transport jsonb not null default '{}'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table admin.channels drop column transport');
  }
}
