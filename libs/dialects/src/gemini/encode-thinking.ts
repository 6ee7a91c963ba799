import type { JsonObject } from '../canonical/part.js';
import { budgetOf, effortOf, reasoningIsOff } from '../canonical/reasoning.js';
import type { CanonicalRequest, Effort } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { given } from '../json/tolerant.js';
import { DIALECT } from './wire.js';

/** The model decides how much it thinks. */
const DYNAMIC = -1;

/** https://ai.google.dev/gemini-api/docs/thinking */
export function encodeThinking(
  { origin, reasoning, outputTokensMax }: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  if (target.reasoning === 'none' || target.unsupported.has('reasoning')) {
    warnings.add('dropped', 'reasoning', 'the model does not think');
    return undefined;
  }
  const inLevels = target.reasoning === 'gemini-level';
  if (reasoningIsOff(reasoning)) return inLevels ? least(warnings) : { thinkingBudget: 0 };
  const asked = reasoning.effort !== undefined || reasoning.budgetTokens !== undefined;
  // Clients of other dialects that ask for thinking get to see it without asking again.
  const shown = given(
    'includeThoughts',
    reasoning.visible ?? (asked && origin !== DIALECT ? true : undefined),
  );
  if (!asked) return shown;
  if (inLevels) return { ...level(effortOf(reasoning), warnings), ...shown };
  if (reasoning.budgetTokens === undefined) {
    warnings.add('approximated', 'reasoning.effort', 'the vendor is told a number of tokens');
  }
  return { thinkingBudget: budgetOf(reasoning, outputTokensMax) ?? DYNAMIC, ...shown };
}

function least(warnings: Warnings): JsonObject {
  warnings.add('approximated', 'reasoning', 'the model always thinks a little');
  return { thinkingLevel: 'MINIMAL' };
}

const LEVELS: Readonly<Record<Exclude<Effort, 'none'>, string>> = {
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
};

function level(effort: Exclude<Effort, 'none'> | undefined, warnings: Warnings): JsonObject {
  if (effort === undefined) return {};
  if (effort === 'xhigh' || effort === 'max') {
    warnings.add('approximated', 'reasoning.effort', 'the highest level is HIGH there');
  }
  return { thinkingLevel: LEVELS[effort] };
}
