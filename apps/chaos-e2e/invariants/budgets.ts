import type { Books, BudgetSums } from './books.js';
import type { AccountQuota } from './quota.js';

export interface BudgetsInput {
  readonly books: Pick<Books, 'records' | 'budgets'>;
  readonly quota: ReadonlyMap<string, AccountQuota>;
  /** So many were declared. */
  readonly count: number;
}

/**
 * Spent of a budget = Σ charges of its organisation or key, in each period at most its amount; the rest lies in the quota
 * store, and nothing of it is held once the proxies are idle.
 *
 * @returns one sentence a violation
 */
export function checkBudgets({ books, quota, count }: BudgetsInput): readonly string[] {
  const { budgets, records } = books;
  if (budgets.length !== count) return [`Billing knows ${budgets.length} budgets instead of ${count}.`];
  return budgets.flatMap((budget) => {
    const own = records.filter(({ organizationId, apiKeyId }) =>
      budget.scope === 'organization' ? organizationId === budget.scopeId : apiKeyId === budget.scopeId,
    );
    const due = own.reduce((sum, { charge }) => sum + charge, 0n);
    const spent = budget.periods.reduce((sum, period) => sum + period.spent, 0n);
    return [
      ...(spent === due ? [] : [`${nameOf(budget)}: spent ${spent}, the records say ${due}.`]),
      ...checkPeriods(budget, quota),
    ];
  });
}

function checkPeriods(budget: BudgetSums, quota: BudgetsInput['quota']): string[] {
  return budget.periods.flatMap(({ account, amount, spent }) => {
    const store = quota.get(account);
    if (store === undefined) return [`${nameOf(budget)}: the quota store knows no ${account}.`];
    const { available, held } = store;
    return [
      ...(spent <= amount ? [] : [`${nameOf(budget)}: spent ${spent} of ${amount} in ${account}.`]),
      ...(available + held === amount - spent
        ? []
        : [`${account}: ${available} available + ${held} held, but ${amount - spent} are left.`]),
      ...(held === 0n ? [] : [`${account}: ${held} are held by nobody.`]),
    ];
  });
}

function nameOf({ scope, scopeId }: BudgetSums): string {
  return `Budget of ${scope} ${scopeId}`;
}
