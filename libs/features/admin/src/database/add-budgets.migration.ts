import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Budgets; and in organisations and keys what their documents say of them, kept by the writes of budgets. */
export class AddBudgets1795741200000 implements MigrationInterface {
  readonly name = 'AddBudgets1795741200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table admin.budgets (
      id uuid primary key,
      scope text not null,
      scope_id uuid not null,
      period text not null,
      amount numeric(21, 9) not null constraint budgets_amount_range check (amount >= 0),
      thresholds integer[] not null,
      soft boolean not null,
      revision integer not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint budgets_scope_period_unique unique (scope, scope_id, period, soft)
    )`);
    for (const table of ['organizations', 'api_keys']) {
      await runner.query(`alter table admin.${table} add column budgets jsonb not null default '[]'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['organizations', 'api_keys']) {
      await runner.query(`alter table admin.${table} drop column budgets`);
    }
    await runner.query('drop table admin.budgets');
  }
}
