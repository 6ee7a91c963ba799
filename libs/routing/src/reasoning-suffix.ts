import type { SettingsDocument } from '@tollgate/contracts';

type SuffixRule = SettingsDocument['models']['reasoningSuffixes'][number];
type Effort = Exclude<SuffixRule['means'], 'budget'>;

/** How much a model shall think: an effort, or how many tokens it may think with. */
export type SuffixedReasoning = { readonly effort: Effort } | { readonly budgetTokens: number };

/** A model asked for under a name that says how much it shall think. */
export interface SuffixedModel {
  /** The name without its suffix. */
  readonly model: string;
  readonly reasoning: SuffixedReasoning;
}

/**
 * Reads how much a model shall think from the end of its name, by the operator's rules in their order. The caller asks
 * for names that exist first: a model whose real name ends so is itself.
 *
 * @param exists tells whether a model of a name can be asked
 */
export function readReasoningSuffix(
  name: string,
  rules: readonly SuffixRule[],
  exists: (model: string) => boolean,
): SuffixedModel | undefined {
  for (const { suffix, means } of rules) {
    const read = means === 'budget' ? readBudget(name, suffix) : readEffort(name, suffix, means);
    if (read !== undefined && exists(read.model)) return read;
  }
  return undefined;
}

function readBudget(name: string, suffix: string): SuffixedModel | undefined {
  const at = name.lastIndexOf(suffix);
  const budget = at === -1 ? '' : name.slice(at + suffix.length);
  return /^\d{1,7}$/.test(budget)
    ? { model: name.slice(0, at), reasoning: { budgetTokens: Number(budget) } }
    : undefined;
}

function readEffort(name: string, suffix: string, effort: Effort): SuffixedModel | undefined {
  if (!name.endsWith(suffix) || name.length === suffix.length) return undefined;
  return { model: name.slice(0, -suffix.length), reasoning: { effort } };
}
