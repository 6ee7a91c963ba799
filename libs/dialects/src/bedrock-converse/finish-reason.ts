import type { Finish, FinishReason } from '../canonical/response.js';
import { objectOf, textOf } from '../json/tolerant.js';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_MessageStopEvent.html */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['tool_use', 'tool-calls'],
  ['max_tokens', 'length'],
  ['stop_sequence', 'stop-sequence'],
  ['guardrail_intervened', 'content-filter'],
  ['content_filtered', 'content-filter'],
  ['model_context_window_exceeded', 'context-window'],
  ['malformed_model_output', 'error'],
  ['malformed_tool_use', 'error'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
]);

/**
 * Some models say `end_turn` although they called tools. Which stop sequence was met stands among the model's own fields,
 * where it is told at all.
 */
export function decodeFinish(stopReason: unknown, modelFields: unknown, hasToolCalls: boolean): Finish {
  const raw = textOf(stopReason) ?? null;
  const reason = raw === null ? 'other' : (REASONS.get(raw) ?? 'other');
  const stopSequence = textOf(objectOf(modelFields)?.['stop_sequence']);
  if (reason === 'stop' && hasToolCalls) return { reason: 'tool-calls', raw };
  return { reason, raw, ...(stopSequence === undefined ? {} : { stopSequence }) };
}
