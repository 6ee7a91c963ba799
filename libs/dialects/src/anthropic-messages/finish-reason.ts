import type { Finish, FinishReason } from '../canonical/response.js';

/** https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop-sequence'],
  ['max_tokens', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
  ['model_context_window_exceeded', 'context-window'],
]);

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  'context-window': 'model_context_window_exceeded',
  error: 'end_turn',
  other: 'end_turn',
};

export function decodeFinish(stopReason: string, stopSequence: unknown): Finish {
  const finish = { reason: REASONS.get(stopReason) ?? 'other', raw: stopReason } as const;
  return typeof stopSequence === 'string' ? { ...finish, stopSequence } : finish;
}

/** `refused`: the answer holds words of refusal, which stand among its text here. */
export function encodeFinish(
  { reason, stopSequence }: Finish,
  refused: boolean,
): { readonly stop_reason: string; readonly stop_sequence: string | null } {
  return {
    stop_reason: refused && reason === 'stop' ? STOP_REASONS.refusal : STOP_REASONS[reason],
    stop_sequence: reason === 'stop-sequence' ? (stopSequence ?? null) : null,
  };
}
