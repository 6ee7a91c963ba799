import type { BudgetId, OrganizationId } from './ids.js';

/** Request/reply patterns between control-plane services (messaging's RPC client and server). */
export const RPC = {
  /** admin asks billing for the balances of organisations. */
  balances: 'billing.balances',
  /** admin asks billing what was spent of budgets. */
  budgets: 'billing.budgets',
} as const;

export interface BalancesRequest {
  readonly organizationIds: readonly OrganizationId[];
}

export interface BalancesReply {
  /** Organisation id → balance in USD (decimal string); an organisation without an account is absent. */
  readonly balances: Readonly<Record<string, string>>;
}

export interface BudgetsRequest {
  readonly budgetIds: readonly BudgetId[];
}

/** A budget in the period that runs now. */
export interface BudgetStanding {
  /** USD, decimal strings. `remaining` is below zero after a charge above its hold, or a lowered amount. */
  readonly spent: string;
  readonly remaining: string;
  /** ISO 8601; `endsAt` is `null` for a total. */
  readonly startsAt: string;
  readonly endsAt: string | null;
}

export interface BudgetsReply {
  /** By budget id; a budget that billing has not heard of yet is absent. */
  readonly budgets: Readonly<Record<string, BudgetStanding>>;
}
