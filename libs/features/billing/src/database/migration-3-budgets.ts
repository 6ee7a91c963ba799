import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Budgets as admin defines them, what was spent of each in each period, and whom to tell of it. */
export class BillingBudgets1795694400000 implements MigrationInterface {
  readonly name = 'BillingBudgets1795694400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Billing holds money: its tables are not dropped by a migration.');
  }
}

const STATEMENTS = [
  `create table billing.budgets (
    id text primary key,
    revision bigint not null,
    scope_kind text not null,
    scope_id text not null,
    period text not null,
    amount bigint not null,
    thresholds integer[] not null,
    soft boolean not null,
    created_at timestamptz not null,
    removed_at timestamptz
  )`,
  `create index budgets_by_scope on billing.budgets (scope_kind, scope_id) where removed_at is null`,
  // amount - spent is the balance of its account, until that is closed; the row stays as history.
  `create table billing.budget_periods (
    account text primary key,
    budget_id text not null references billing.budgets (id),
    starts_at timestamptz not null,
    ends_at timestamptz,
    amount bigint not null,
    spent bigint not null default 0,
    closed_at timestamptz
  )`,
  `create index budget_periods_by_budget on billing.budget_periods (budget_id, starts_at)`,
  `create index budget_periods_open on billing.budget_periods (ends_at) where closed_at is null`,
  `create table billing.budget_alerts (
    id bigint generated always as identity primary key,
    account text not null,
    threshold integer not null,
    budget_id text not null,
    amount bigint not null,
    spent bigint not null,
    noticed_at timestamptz not null,
    unique (account, threshold)
  )`,
  `create index budget_alerts_by_budget on billing.budget_alerts (budget_id, id)`,
  `create index leases_of_budgets on billing.leases (account) where account like 'budget:%'`,
];
