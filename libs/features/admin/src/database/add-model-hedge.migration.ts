import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a second channel is asked, too. */
export class AddModelHedge1795914000000 implements MigrationInterface {
  readonly name = 'AddModelHedge1795914000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table admin.models add column hedge jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table admin.models drop column hedge');
  }
}
