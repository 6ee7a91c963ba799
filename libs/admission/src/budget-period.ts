import type { BudgetPeriod } from '@tollgate/contracts';
import type { AccountId } from './quota-store.js';

/** Times in milliseconds since the epoch: from `startsAt` on, until just before `endsAt`. */
export interface BudgetSpan {
  readonly startsAt: number;
  /** `Infinity`: never. */
  readonly endsAt: number;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** A Monday: weeks are counted from it. */
const FIRST_MONDAY = Date.UTC(1970, 0, 5);
const PREFIX = 'budget:';

/** The period that holds a time, in UTC: weeks begin on Monday (ISO 8601). */
export function budgetSpanAt(period: BudgetPeriod, at: number): BudgetSpan {
  switch (period) {
    case 'total':
      return { startsAt: 0, endsAt: Number.POSITIVE_INFINITY };
    case 'daily':
      return lasting(DAY_MS, at - modulo(at, DAY_MS));
    case 'weekly':
      return lasting(WEEK_MS, at - modulo(at - FIRST_MONDAY, WEEK_MS));
    case 'monthly': {
      const date = new Date(at);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return { startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) };
    }
  }
}

/**
 * What a budget is spent from: one account for ever, or one a period, e.g. `budget:<id>:2026-11-26`. Each period begins
 * with an account of its own, so nothing has to be reset at midnight.
 */
export function budgetAccount(id: string, period: BudgetPeriod, span: BudgetSpan): AccountId {
  const { prefix, suffix } = budgetAccountParts(period, span);
  return `${prefix}${id}${suffix}`;
}

/** What stands around the id in the account of each budget of a period, for a query that names all of them. */
export function budgetAccountParts(
  period: BudgetPeriod,
  { startsAt }: BudgetSpan,
): { readonly prefix: string; readonly suffix: string } {
  return { prefix: PREFIX, suffix: period === 'total' ? '' : `:${isoDate(startsAt)}` };
}

export const isBudgetAccount = (account: AccountId): boolean => account.startsWith(PREFIX);

/** The span that an account of the budget stands for; `undefined`: it is no account of it. */
export function budgetSpanOf(account: AccountId, id: string, period: BudgetPeriod): BudgetSpan | undefined {
  const date = account.slice(`${PREFIX}${id}:`.length);
  const at = period === 'total' ? 0 : Date.parse(date);
  if (Number.isNaN(at)) return undefined;
  const span = budgetSpanAt(period, at);
  return budgetAccount(id, period, span) === account ? span : undefined;
}

const lasting = (durationMs: number, startsAt: number): BudgetSpan => ({
  startsAt,
  endsAt: startsAt + durationMs,
});

/** Not negative, also before 1970. */
const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;

const isoDate = (at: number): string => new Date(at).toISOString().slice(0, 10);
