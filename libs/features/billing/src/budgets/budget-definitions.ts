import { parseUsd, type BudgetDefinedV1 } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { arrayLiteral } from '../database/array-literal.js';
import { query } from '../database/query.js';
import type { QuotaBook } from '../quota/quota-book.js';
import { noteBudgetAlerts, type BudgetAlert } from './budget-alerts.js';
import { openPeriod, spansAhead } from './budget-periods.js';

/** Keeps the budgets as admin defines them. */
export class BudgetDefinitions {
  constructor(private readonly quotaBook: QuotaBook) {}

  /**
   * Takes a definition over: opens accounts, or credits (debits) them with what the amount grew (shrank) by. A message
   * that comes again, or after a newer one, changes nothing.
   *
   * @returns thresholds that a lower amount is beyond
   */
  async apply(manager: EntityManager, event: BudgetDefinedV1, now: number): Promise<BudgetAlert[]> {
    if (!(await upsert(manager, event))) return [];
    if (event.removed) return [];
    const { budgetId, period, thresholds } = event;
    const changed = await changeAmounts(manager, event);
    await this.quotaBook.credit(
      manager,
      new Map(changed.map(({ account, change }) => [account, BigInt(change)])),
    );
    for (const span of spansAhead(period, now)) await openPeriod(manager, { period, span, budgetId });
    const states = changed.map(({ account, amount, spent }) => ({
      ...{ account, budgetId, thresholds, amount: BigInt(amount), spent: BigInt(spent) },
    }));
    return noteBudgetAlerts(manager, states, now);
  }
}

/** @returns whether it is newer than what was known */
async function upsert(manager: EntityManager, event: BudgetDefinedV1): Promise<boolean> {
  const { budgetId, revision, scope, period, amount, thresholds, soft, removed } = event;
  const rows = await query(
    manager,
    `insert into billing.budgets as b
        (id, revision, scope_kind, scope_id, period, amount, thresholds, soft, created_at, removed_at)
      values ($1, $2, $3, $4, $5, $6, $7::integer[], $8, $9, $10)
      on conflict (id) do update set revision = excluded.revision, amount = excluded.amount,
        thresholds = excluded.thresholds, removed_at = coalesce(b.removed_at, excluded.removed_at)
      where b.revision < excluded.revision returning id`,
    [
      ...[budgetId, revision, scope.kind, scope.id, period, `${parseUsd(amount) ?? 0n}`],
      ...[arrayLiteral(thresholds), soft, new Date(event.createdAt).toISOString()],
      removed ? new Date(event.occurredAt).toISOString() : null,
    ],
  );
  return rows.length > 0;
}

interface ChangedPeriod {
  readonly account: string;
  readonly amount: string;
  readonly spent: string;
  readonly change: string;
}

/** Of the period in which the change was made, and those after it. */
function changeAmounts(
  manager: EntityManager,
  { budgetId, amount, occurredAt }: BudgetDefinedV1,
): Promise<ChangedPeriod[]> {
  return query<ChangedPeriod>(
    manager,
    `with former as (
        select account, amount from billing.budget_periods
        where budget_id = $1 and closed_at is null and (ends_at is null or ends_at > $3)
        order by account for update)
      update billing.budget_periods p set amount = $2 from former f where p.account = f.account
      returning p.account, p.amount, p.spent, p.amount - f.amount as change`,
    [budgetId, `${parseUsd(amount) ?? 0n}`, new Date(occurredAt).toISOString()],
  );
}
