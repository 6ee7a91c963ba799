import { BUDGET_TOKENS_MIN, budgetOf, effortOf, reasoningIsOff } from '../canonical/reasoning.js';
import type { CanonicalRequest, ReasoningRequest } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import type { Block } from './wire.js';

export interface WireReasoning {
  /** Members of the model's own dialect: Converse has none for reasoning. */
  readonly fields: Block;
  readonly outputTokensMax?: number;
  /** The model thinks, and takes hardly any sampling then. */
  readonly thinks: boolean;
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/inference-reasoning.html */
export function encodeReasoning(
  request: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): WireReasoning {
  const { reasoning, outputTokensMax } = request;
  const plain = { fields: {}, thinks: false, ...(outputTokensMax === undefined ? {} : { outputTokensMax }) };
  if (reasoning === undefined) return plain;
  if (target.unsupported.has('reasoning')) return dropped(plain, warnings, 'the vendor does not take it');
  switch (target.reasoning) {
    case 'anthropic-budget':
    case 'anthropic-adaptive':
      return ofClaude(request, reasoning, plain, { target, warnings });
    case 'effort':
      return byEffort(reasoning, plain, warnings);
    default:
      return reasoningIsOff(reasoning)
        ? plain
        : dropped(plain, warnings, "the model can't be told how much to think");
  }
}

function ofClaude(
  request: CanonicalRequest,
  reasoning: ReasoningRequest,
  plain: WireReasoning,
  { target, warnings }: { readonly target: TargetProfile; readonly warnings: Warnings },
): WireReasoning {
  if (reasoningIsOff(reasoning)) return { ...plain, fields: { thinking: { type: 'disabled' } } };
  const { toolChoice } = request;
  if (toolChoice?.type === 'required' || toolChoice?.type === 'tool') {
    return dropped(plain, warnings, 'the vendor does not think where a call is demanded');
  }
  return target.reasoning === 'anthropic-adaptive'
    ? adaptive(reasoning, plain, warnings)
    : withBudget(request, target, warnings);
}

function byEffort(reasoning: ReasoningRequest, plain: WireReasoning, warnings: Warnings): WireReasoning {
  const off = reasoningIsOff(reasoning);
  if (off) warnings.add('approximated', 'reasoning', 'the model always thinks');
  const effort = off ? 'low' : effortOf(reasoning);
  if (effort === undefined) return plain;
  return { ...plain, fields: { reasoning_effort: oneOfThree(effort, warnings) } };
}

function dropped(plain: WireReasoning, warnings: Warnings, why: string): WireReasoning {
  warnings.add('dropped', 'reasoning', why);
  return plain;
}

function adaptive(reasoning: ReasoningRequest, plain: WireReasoning, warnings: Warnings): WireReasoning {
  const effort = effortOf(reasoning);
  if (effort === 'minimal') warnings.add('approximated', 'reasoning', 'the least effort there is low');
  const wire = effort === 'minimal' ? 'low' : effort;
  return {
    ...plain,
    fields: {
      thinking: { type: 'adaptive' },
      ...(wire === undefined ? {} : { output_config: { effort: wire } }),
    },
    thinks: true,
  };
}

/** The budget is part of the limit of the output, and smaller. */
function withBudget(request: CanonicalRequest, target: TargetProfile, warnings: Warnings): WireReasoning {
  const { reasoning = {}, outputTokensMax } = request;
  const limit = outputTokensMax ?? target.outputTokensDefault;
  const { effort = 'medium' } = reasoning;
  const wished = Math.max(BUDGET_TOKENS_MIN, budgetOf(reasoning, limit) ?? budgetOf({ effort }, limit) ?? 0);
  if (reasoning.budgetTokens !== wished) {
    warnings.add('approximated', 'reasoning', 'the vendor is told a number of tokens to think with');
  }
  const thinking = (tokens: number): Block => ({ thinking: { type: 'enabled', budget_tokens: tokens } });
  if (wished < limit) return { fields: thinking(wished), outputTokensMax: limit, thinks: true };
  if (limit > BUDGET_TOKENS_MIN) {
    warnings.add('approximated', 'reasoning', 'thinking has to end before the limit of the output');
    const tokens = Math.max(BUDGET_TOKENS_MIN, Math.floor(limit * BUDGET_SHARE_MAX));
    return { fields: thinking(tokens), outputTokensMax: limit, thinks: true };
  }
  warnings.add('approximated', 'outputTokensMax', 'the limit has to leave room for the least thinking');
  return { fields: thinking(BUDGET_TOKENS_MIN), outputTokensMax: limit + BUDGET_TOKENS_MIN, thinks: true };
}

/** Of the limit, so much at most goes into thoughts when the client asks for more than it allows. */
const BUDGET_SHARE_MAX = 0.8;

function oneOfThree(effort: string, warnings: Warnings): string {
  if (effort === 'low' || effort === 'medium' || effort === 'high') return effort;
  warnings.add('approximated', 'reasoning', 'efforts are low, medium and high there');
  return effort === 'minimal' ? 'low' : 'high';
}
