import type { JsonObject } from '../canonical/part.js';
import { budgetOf, effortOf, reasoningIsOff } from '../canonical/reasoning.js';
import type { CanonicalRequest, ReasoningRequest } from '../canonical/request.js';
import { given } from '../json/tolerant.js';
import type { PartContext } from './encode-parts.js';

/** How much to think, in the target's own words. `extensions`: what the client wrote besides, to be added to. */
export function encodeReasoningRequest(request: CanonicalRequest, context: PartContext): JsonObject {
  const { reasoning, outputTokensMax, extensions } = request;
  const { target, warnings } = context;
  if (reasoning === undefined) return {};
  if (target.reasoning === 'none' || target.unsupported.has('reasoning')) {
    warnings.add('dropped', 'reasoning', 'the vendor decides how much to think');
    return {};
  }
  if (target.reasoning === 'openrouter') return openrouter(reasoning);
  dropVisibility(reasoning, context);
  const off = reasoningIsOff(reasoning);
  const silent = Object.keys(reasoning).every((name) => name === 'visible' || name === 'summary');
  if (silent) return {};
  switch (target.reasoning) {
    case 'thinking-type':
      if (!off) dropAmount(reasoning, context);
      return { thinking: { type: off ? 'disabled' : 'enabled' } };
    case 'enable-thinking':
      return { enable_thinking: !off, ...(off ? {} : budget(reasoning, outputTokensMax, context)) };
    case 'chat-template': {
      if (!off) dropAmount(reasoning, context);
      const kept = extensions['chat_template_kwargs'] as JsonObject | undefined;
      return {
        chat_template_kwargs: { ...(request.origin === 'openai-chat' ? kept : {}), enable_thinking: !off },
      };
    }
    default:
      return off ? { reasoning_effort: 'none' } : effort(reasoning, context);
  }
}

/** https://openrouter.ai/docs/use-cases/reasoning-tokens */
function openrouter(reasoning: ReasoningRequest): JsonObject {
  const { effort: level, budgetTokens, visible, summary } = reasoning;
  const shown = { ...(visible === false ? { exclude: true } : {}), ...given('summary', summary) };
  if (reasoningIsOff(reasoning)) return { reasoning: { enabled: false } };
  if (budgetTokens !== undefined && budgetTokens > 0)
    return { reasoning: { max_tokens: budgetTokens, ...shown } };
  if (level !== undefined) return { reasoning: { effort: level, ...shown } };
  return { reasoning: { ...(budgetTokens === undefined ? {} : { enabled: true }), ...shown } };
}

function dropVisibility({ visible, summary }: ReasoningRequest, { warnings }: PartContext): void {
  if (visible === false)
    warnings.add('dropped', 'reasoning.visible', 'thoughts are shown or not as the vendor likes');
  if (summary !== undefined) warnings.add('dropped', 'reasoning.summary', 'thoughts are not summed up there');
}

function dropAmount({ effort: level, budgetTokens }: ReasoningRequest, { warnings }: PartContext): void {
  if (level === undefined && (budgetTokens ?? -1) < 0) return;
  warnings.add('approximated', 'reasoning', 'thinking is on or off there');
}

/** https://help.aliyun.com/zh/model-studio/deep-thinking */
function budget(
  reasoning: ReasoningRequest,
  limit: number | undefined,
  { warnings }: PartContext,
): JsonObject {
  const tokens = budgetOf(reasoning, limit);
  if (tokens === undefined) return {};
  if (reasoning.budgetTokens === undefined)
    warnings.add('approximated', 'reasoning', 'an effort is a budget there');
  return { thinking_budget: tokens };
}

function effort(reasoning: ReasoningRequest, { warnings }: PartContext): JsonObject {
  const level = effortOf(reasoning);
  if (level === undefined) return {};
  if (reasoning.effort === undefined)
    warnings.add('approximated', 'reasoning', 'a budget is an effort there');
  return { reasoning_effort: level };
}
