import type { Finish, FinishReason } from '../canonical/response.js';
import { textOf } from '../json/tolerant.js';

/** https://docs.cohere.com/reference/chat#response.body.finish_reason */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop-sequence'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool-calls'],
  ['ERROR', 'error'],
  ['ERROR_TOXIC', 'content-filter'],
  ['ERROR_LIMIT', 'context-window'],
  ['TIMEOUT', 'error'],
]);

export function decodeFinish(value: unknown, hasToolCalls: boolean): Finish {
  const raw = textOf(value) ?? null;
  const reason = raw === null ? 'other' : (REASONS.get(raw) ?? 'other');
  return { reason: reason === 'stop' && hasToolCalls ? 'tool-calls' : reason, raw };
}
