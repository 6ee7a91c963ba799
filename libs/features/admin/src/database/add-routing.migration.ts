import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How channels take part in routing, and how requests for a model are routed. */
export class AddRouting1795744800000 implements MigrationInterface {
  readonly name = 'AddRouting1795744800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table admin.channels add column routing jsonb not null default '{}'");
    await runner.query(`alter table admin.models
      add column alias text,
      add column fallbacks jsonb,
      add column strategy text,
      add column require_tags jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table admin.models
      drop column alias, drop column fallbacks, drop column strategy, drop column require_tags`);
    await runner.query('alter table admin.channels drop column routing');
  }
}
