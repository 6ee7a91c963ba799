import { z } from 'zod';
import { BUDGET_PERIODS, BUDGET_SCOPES, budgetThresholds } from '../budget.js';
import { idSchema } from '../id-schema.js';
import type { BudgetId } from '../ids.js';
import { priceString } from '../prices.js';

/**
 * One message on the topic `budgets`: all that there is to know of a budget after it was made, changed or removed.
 * Billing keeps its accounts by it. Scope, period and `soft` never change.
 */
export const budgetDefinedV1 = z.object({
  type: z.literal('budget.defined'),
  version: z.literal(1),
  budgetId: idSchema<BudgetId>(),
  /** Rises with each change: an older message changes nothing. */
  revision: z.number().int().min(1),
  scope: z.object({ kind: z.enum(BUDGET_SCOPES), id: z.string() }),
  period: z.enum(BUDGET_PERIODS),
  /** USD a period, decimal string. */
  amount: priceString,
  thresholds: budgetThresholds,
  /** `true`: nothing is refused, only told. */
  soft: z.boolean(),
  removed: z.boolean(),
  /** Milliseconds since the epoch; requests that began earlier do not count. */
  createdAt: z.number(),
  occurredAt: z.number(),
});
export type BudgetDefinedV1 = z.infer<typeof budgetDefinedV1>;
