import { BUDGET_TOKENS_MIN, budgetOf, effortOf, reasoningIsOff } from '../canonical/reasoning.js';
import type { CanonicalRequest, Effort, ReasoningRequest } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import type { WireMessage } from './encode-messages.js';
import { DIALECT, type Block } from './wire.js';

export interface WireReasoning {
  readonly thinking?: Block;
  readonly effort?: string;
  readonly outputTokensMax: number;
}

interface Conditions {
  readonly request: CanonicalRequest;
  readonly target: TargetProfile;
  readonly messages: readonly WireMessage[];
  readonly toolChoice: Block | undefined;
  readonly warnings: Warnings;
}

/** https://platform.claude.com/docs/en/build-with-claude/thinking */
export function encodeReasoning(conditions: Conditions): WireReasoning {
  const { request, target, warnings } = conditions;
  const { reasoning } = request;
  const outputTokensMax = request.outputTokensMax ?? target.outputTokensDefault;
  if (reasoning === undefined) return { outputTokensMax };
  if (target.reasoning === 'none' || target.unsupported.has('reasoning')) {
    warnings.add('dropped', 'reasoning', "the model can't be told how much to think");
    return { outputTokensMax };
  }
  if (reasoningIsOff(reasoning)) return { thinking: { type: 'disabled' }, outputTokensMax };
  const adaptive = isAdaptive(reasoning, target);
  // How much the client wrote of this dialect is kept: an effort without thinking is no wish to think.
  const effortOnly =
    adaptive &&
    request.origin === DIALECT &&
    reasoning.budgetTokens === undefined &&
    reasoning.effort !== undefined;
  const hindrance = effortOnly ? undefined : hindranceOf(conditions, adaptive);
  if (hindrance !== undefined) {
    warnings.add('dropped', 'reasoning', hindrance);
    return { outputTokensMax };
  }
  if (!adaptive) return withBudget(reasoning, conditions);
  const effort = wireEffort(effortOf(reasoning), warnings);
  return {
    ...(effortOnly ? {} : { thinking: { type: 'adaptive', ...display(reasoning) } }),
    ...(effort === undefined ? {} : { effort }),
    outputTokensMax,
  };
}

/** Targets that say nothing of this dialect's controls are told what comes nearest to the client's words. */
function isAdaptive({ budgetTokens = -1 }: ReasoningRequest, { reasoning }: TargetProfile): boolean {
  if (reasoning === 'anthropic-adaptive') return true;
  return reasoning !== 'anthropic-budget' && reasoning !== 'thinking-type' && budgetTokens <= 0;
}

/** Why the vendor would refuse a request with thinking. */
function hindranceOf({ toolChoice, messages }: Conditions, adaptive: boolean): string | undefined {
  if (toolChoice?.['type'] === 'any' || toolChoice?.['type'] === 'tool') {
    return 'the vendor does not think where a call is demanded';
  }
  if (messages.at(-1)?.role === 'assistant') return 'the vendor does not think where an answer has begun';
  // With adaptive thinking, turns need not begin with thinking.
  if (adaptive || thinksBeforeCalls(messages)) return undefined;
  return 'the vendor thinks only where the turn of the last calls holds thinking of its own';
}

function thinksBeforeCalls(messages: readonly WireMessage[]): boolean {
  const last = messages.findLast(
    ({ role, content }) =>
      role === 'assistant' &&
      typeof content !== 'string' &&
      content.some((block) => block['type'] === 'tool_use'),
  );
  const first = last === undefined || typeof last.content === 'string' ? undefined : last.content[0];
  return last === undefined || first?.['type'] === 'thinking' || first?.['type'] === 'redacted_thinking';
}

/** Of the limit, so much at most goes into thoughts when the client asks for more than it allows. */
const BUDGET_SHARE_MAX = 0.8;

function withBudget(reasoning: ReasoningRequest, { request, target, warnings }: Conditions): WireReasoning {
  const limit = request.outputTokensMax ?? target.outputTokensDefault;
  const wished = Math.max(BUDGET_TOKENS_MIN, wishedBudget(reasoning, limit));
  if (reasoning.budgetTokens !== wished) {
    warnings.add('approximated', 'reasoning', 'the vendor is told a number of tokens to think with');
  }
  const thinking = {
    type: 'enabled',
    budget_tokens: wished,
    ...display(reasoning, request.origin === DIALECT),
  };
  if (wished < limit) return { thinking, outputTokensMax: limit };
  const fitting = Math.floor(limit * BUDGET_SHARE_MAX);
  if (request.outputTokensMax !== undefined && fitting >= BUDGET_TOKENS_MIN) {
    warnings.add('approximated', 'reasoning', 'thinking has to end before the limit of the output');
    return { thinking: { ...thinking, budget_tokens: fitting }, outputTokensMax: limit };
  }
  warnings.add('approximated', 'outputTokensMax', 'the limit has to leave room for the least thinking');
  if (request.outputTokensMax === undefined) return { thinking, outputTokensMax: limit + wished };
  // Somebody pays for what goes beyond the limit: the least that the vendor takes, whatever was wished.
  const least = { ...thinking, budget_tokens: BUDGET_TOKENS_MIN };
  return { thinking: least, outputTokensMax: limit + BUDGET_TOKENS_MIN };
}

function wishedBudget(reasoning: ReasoningRequest, limit: number): number {
  const { effort = 'medium' } = reasoning;
  return budgetOf(reasoning, limit) ?? budgetOf({ effort }, limit) ?? BUDGET_TOKENS_MIN;
}

function wireEffort(effort: Exclude<Effort, 'none'> | undefined, warnings: Warnings): string | undefined {
  if (effort !== 'minimal') return effort;
  warnings.add('approximated', 'reasoning', 'the least effort there is low');
  return 'low';
}

/** Older models show their thoughts without being asked, and are asked only to leave them out. */
function display({ visible }: ReasoningRequest, always = true): Block {
  if (visible === undefined || (visible && !always)) return {};
  return { display: visible ? 'summarized' : 'omitted' };
}
