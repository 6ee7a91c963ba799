import type { NanoUsd } from '@tollgate/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { insertRows } from '../database/insert-rows.js';
import { query } from '../database/query.js';

/** What was spent of a budget in one period, after a change. */
export interface BudgetPeriodState {
  readonly account: string;
  readonly budgetId: string;
  readonly amount: NanoUsd;
  readonly spent: NanoUsd;
  /** Percentages of the amount. */
  readonly thresholds: readonly number[];
}

/** A threshold that was reached: one row a period and threshold, whatever comes after. */
export interface BudgetAlert {
  readonly account: string;
  readonly budgetId: string;
  readonly threshold: number;
  readonly amount: NanoUsd;
  readonly spent: NanoUsd;
}

export interface NotedBudgetAlert extends BudgetAlert {
  readonly id: string;
  readonly noticedAt: Date;
}

/** Writes down what thresholds are reached and were not before. @returns the new ones */
export async function noteBudgetAlerts(
  manager: EntityManager,
  periods: readonly BudgetPeriodState[],
  now: number,
): Promise<BudgetAlert[]> {
  const reached = periods.flatMap(({ thresholds, ...state }) =>
    thresholds
      .filter((threshold) => state.spent * 100n >= state.amount * BigInt(threshold))
      .map((threshold): BudgetAlert => ({ ...state, threshold })),
  );
  const noticedAt = new Date(now).toISOString();
  const noted = await insertRows<BudgetAlert, { account: string; threshold: number }>(manager, {
    table: 'billing.budget_alerts',
    columns: [
      { name: 'account', type: 'text', value: ({ account }) => account },
      { name: 'threshold', type: 'integer', value: ({ threshold }) => threshold },
      { name: 'budget_id', type: 'text', value: ({ budgetId }) => budgetId },
      { name: 'amount', type: 'bigint', value: ({ amount }) => amount.toString() },
      { name: 'spent', type: 'bigint', value: ({ spent }) => spent.toString() },
      { name: 'noticed_at', type: 'timestamptz', value: () => noticedAt },
    ],
    rows: reached,
    orderBy: 'account, threshold',
    suffix: 'on conflict (account, threshold) do nothing returning account, threshold',
  });
  const fresh = new Set(noted.map(({ account, threshold }) => `${account} ${threshold}`));
  return reached.filter(({ account, threshold }) => fresh.has(`${account} ${threshold}`));
}

/** Newest first. */
export async function readBudgetAlerts(
  dataSource: DataSource,
  input: { readonly budgetId: string; readonly before?: string; readonly limit: number },
): Promise<NotedBudgetAlert[]> {
  const rows = await query<
    Omit<NotedBudgetAlert, 'amount' | 'spent'> & { readonly amount: string; readonly spent: string }
  >(
    dataSource,
    `select id, account, budget_id as "budgetId", threshold, amount, spent, noticed_at as "noticedAt"
      from billing.budget_alerts
      where budget_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [input.budgetId, input.before ?? null, input.limit],
  );
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount), spent: BigInt(row.spent) }));
}
