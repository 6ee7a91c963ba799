import { z } from 'zod';
import { idSchema } from './id-schema.js';
import type { BudgetId } from './ids.js';
import { priceString } from './prices.js';

/** How long a budget lasts before it begins anew: days, ISO weeks (from Monday) and months of UTC, or for ever. */
export const BUDGET_PERIODS = ['total', 'daily', 'weekly', 'monthly'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** Whose requests count towards a budget. */
export const BUDGET_SCOPES = ['organization', 'api-key'] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** Percentages of the amount at which somebody is told, unless the budget names its own. */
export const BUDGET_THRESHOLDS_DEFAULT: readonly number[] = [50, 80, 100];

/** Percentages of a budget's amount, each once. */
export const budgetThresholds = z
  .array(z.number().int().min(1).max(1_000))
  .max(20)
  .refine((thresholds) => new Set(thresholds).size === thresholds.length, {
    error: 'must name each percentage once',
  });

/** One budget of an organisation or a key in the declarative file. Its scope, `period` and `soft` say which it is. */
export const budgetInFile = z.strictObject({
  period: z.enum(BUDGET_PERIODS),
  /** USD a period. */
  amount: priceString,
  thresholds: budgetThresholds.optional(),
  /** `true`: nothing is refused, only told. */
  soft: z.boolean().optional(),
});
export type BudgetInFile = z.infer<typeof budgetInFile>;

/** What a proxy must know of a budget: enough to name the account that a request is held from. */
export const budgetReference = z.object({
  id: idSchema<BudgetId>(),
  period: z.enum(BUDGET_PERIODS),
});
export type BudgetReference = z.infer<typeof budgetReference>;
