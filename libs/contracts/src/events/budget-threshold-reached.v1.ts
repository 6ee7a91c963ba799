import { z } from 'zod';
import { BUDGET_PERIODS, BUDGET_SCOPES } from '../budget.js';
import { idSchema } from '../id-schema.js';
import type { BudgetId, OrganizationId } from '../ids.js';
import { priceString } from '../prices.js';

/**
 * One message on the topic `budget-alerts`: what was spent of a budget reached a percentage of its amount. There is one a
 * period and percentage, whatever comes after; its message id is `id`.
 */
export const budgetThresholdReachedV1 = z.object({
  type: z.literal('budget.threshold-reached'),
  version: z.literal(1),
  /** Unique for ever: `<account of the period>:<threshold>`. */
  id: z.string().min(1),
  budgetId: idSchema<BudgetId>(),
  /** `name`: `null` when billing has not seen a request of it yet. */
  scope: z.object({ kind: z.enum(BUDGET_SCOPES), id: z.string(), name: z.string().nullable() }),
  /** Whose the budget, or its key, is; `null`: billing has not seen a request of the key yet, or an older version told. */
  organizationId: idSchema<OrganizationId>().nullable().default(null),
  period: z.enum(BUDGET_PERIODS),
  soft: z.boolean(),
  /** Milliseconds since the epoch; a total budget has no end. */
  startsAt: z.number(),
  endsAt: z.number().nullable(),
  /** Percent of the amount. */
  threshold: z.number().int().min(1),
  /** USD of the period, decimal strings: the budget, and what was spent when it was noticed. */
  amount: priceString,
  spent: priceString,
  occurredAt: z.number(),
});
export type BudgetThresholdReachedV1 = z.infer<typeof budgetThresholdReachedV1>;
