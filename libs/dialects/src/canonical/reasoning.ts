import type { Effort, ReasoningRequest } from './request.js';

/**
 * How many tokens an effort stands for, as a share of the most that the answer may have. The shares are OpenRouter's
 * documented ones: https://openrouter.ai/docs/use-cases/reasoning-tokens#reasoning-effort-level
 */
const SHARE: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.95,
  max: 0.95,
};

/** Anthropic's least budget, and a sound one anywhere. */
export const BUDGET_TOKENS_MIN = 1_024;
/** An answer without a limit is taken to have this one when an effort becomes a budget. */
const OUTPUT_TOKENS_DEFAULT = 32_768;

/** The client wants no thinking at all. */
export function reasoningIsOff({ effort, budgetTokens }: ReasoningRequest): boolean {
  return effort === 'none' || budgetTokens === 0;
}

/** Tokens to think with; `undefined`: the model decides. Ask `reasoningIsOff` first. */
export function budgetOf(
  reasoning: ReasoningRequest,
  outputTokensMax: number | undefined,
): number | undefined {
  const { effort, budgetTokens } = reasoning;
  if (budgetTokens !== undefined) return budgetTokens < 0 ? undefined : budgetTokens;
  if (effort === undefined || effort === 'none') return undefined;
  return Math.max(BUDGET_TOKENS_MIN, Math.floor((outputTokensMax ?? OUTPUT_TOKENS_DEFAULT) * SHARE[effort]));
}

/** The effort that a budget comes to; `undefined`: the model decides. Ask `reasoningIsOff` first. */
export function effortOf({ effort, budgetTokens }: ReasoningRequest): Exclude<Effort, 'none'> | undefined {
  if (effort !== undefined && effort !== 'none') return effort;
  if (budgetTokens === undefined || budgetTokens <= 0) return undefined;
  if (budgetTokens <= 4_096) return 'low';
  return budgetTokens <= 16_384 ? 'medium' : 'high';
}
