import { budgetAccount, budgetSpanAt } from '@tollgate/admission';
import {
  formatUsd,
  type BudgetId,
  type BudgetPeriod,
  type BudgetScope,
  type BudgetStanding,
} from '@tollgate/contracts';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';
import { isoOrNull } from './budget-book.js';

/** A budget and what was spent of it in the period that runs. */
export interface BudgetState {
  readonly id: string;
  readonly scope: { readonly kind: BudgetScope; readonly id: string };
  readonly period: BudgetPeriod;
  /** USD a period. */
  readonly amount: string;
  readonly thresholds: readonly number[];
  readonly soft: boolean;
  readonly removed: boolean;
  readonly current: BudgetStanding;
}

interface BudgetRow {
  readonly id: string;
  readonly scopeKind: BudgetScope;
  readonly scopeId: string;
  readonly period: BudgetPeriod;
  readonly amount: string;
  readonly thresholds: readonly number[];
  readonly soft: boolean;
  readonly removed: boolean;
}

interface PeriodRow {
  readonly account: string;
  readonly amount: string;
  readonly spent: string;
}

/** Those of the ids that billing has heard of. */
export async function readBudgetStates(
  dataSource: DataSource,
  ids: readonly BudgetId[],
  now: number,
): Promise<BudgetState[]> {
  const budgets = await query<BudgetRow>(
    dataSource,
    `select id, scope_kind as "scopeKind", scope_id as "scopeId", period, amount, thresholds, soft,
        removed_at is not null as removed
      from billing.budgets where id = any($1::text[])`,
    [ids],
  );
  const accountOf = ({ id, period }: BudgetRow): string =>
    budgetAccount(id, period, budgetSpanAt(period, now));
  const periods = await query<PeriodRow>(
    dataSource,
    'select account, amount, spent from billing.budget_periods where account = any($1::text[])',
    [budgets.map(accountOf)],
  );
  const byAccount = new Map(periods.map((row) => [row.account, row]));
  return budgets.map((budget) => toState(budget, byAccount.get(accountOf(budget)), now));
}

function toState(budget: BudgetRow, found: PeriodRow | undefined, now: number): BudgetState {
  const { id, period, thresholds, soft, removed } = budget;
  const { startsAt, endsAt } = budgetSpanAt(period, now);
  const amount = BigInt(found?.amount ?? budget.amount);
  const spent = BigInt(found?.spent ?? 0);
  return {
    ...{ id, period, thresholds, soft, removed },
    scope: { kind: budget.scopeKind, id: budget.scopeId },
    amount: formatUsd(BigInt(budget.amount)),
    current: {
      spent: formatUsd(spent),
      remaining: formatUsd(amount - spent),
      startsAt: new Date(startsAt).toISOString(),
      endsAt: isoOrNull(endsAt),
    },
  };
}
