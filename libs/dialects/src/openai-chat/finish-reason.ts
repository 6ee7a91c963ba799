import type { Finish, FinishReason } from '../canonical/response.js';
import type { Warnings } from '../canonical/warning.js';

/**
 * OpenAI's reasons, and those that vendors of its dialect add: DeepSeek (`insufficient_system_resource`), Zhipu
 * (`sensitive`, `network_error`), Mistral (`model_length`), OpenRouter and Mistral (`error`), vLLM (`abort`).
 * https://platform.openai.com/docs/api-reference/chat/object
 */
const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  sensitive: 'content-filter',
  safety: 'content-filter',
  recitation: 'content-filter',
  model_context_window_exceeded: 'context-window',
  error: 'error',
  network_error: 'error',
  insufficient_system_resource: 'error',
  abort: 'error',
};

export interface SeenAnswer {
  readonly hasToolCalls: boolean;
  readonly onlyRefusal: boolean;
}

/**
 * @param raw the vendor's word; `null` when the vendor ended a complete stream without one
 * @param stopSequence what vLLM names as the text that it stopped at
 */
export function decodeFinish(raw: string | null, seen: SeenAnswer, stopSequence: string | undefined): Finish {
  const reason = reasonOf(raw, seen);
  if (reason === 'stop' && stopSequence !== undefined) return { reason: 'stop-sequence', raw, stopSequence };
  return { reason, raw };
}

function reasonOf(raw: string | null, { hasToolCalls, onlyRefusal }: SeenAnswer): FinishReason {
  const key = (raw ?? 'stop').toLowerCase();
  const reason = Object.hasOwn(REASONS, key) ? (REASONS[key] ?? 'other') : 'other';
  if (reason !== 'stop') return reason;
  // Several vendors say `stop` although they called tools; OpenAI says it of a refusal.
  if (hasToolCalls) return 'tool-calls';
  return onlyRefusal ? 'refusal' : 'stop';
}

const WORDS = {
  stop: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  'context-window': 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  error: 'stop',
  other: 'stop',
} as const satisfies Record<FinishReason, string>;

export type FinishWord = (typeof WORDS)[FinishReason];

/** @param onlyRefusal the answer is a refusal in words, which OpenAI ends by `stop` */
export function encodeFinish({ reason }: Finish, onlyRefusal: boolean, warnings: Warnings): FinishWord {
  if (reason === 'pause' || reason === 'error' || reason === 'other') {
    warnings.add('approximated', 'answer.finish', `an end by "${reason}" has no word there`);
  }
  return reason === 'refusal' && onlyRefusal ? 'stop' : WORDS[reason];
}
