import type { Finish, FinishReason } from '../canonical/response.js';
import type { Warnings } from '../canonical/warning.js';

/** https://ai.google.dev/api/generate-content#FinishReason */
const REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  LANGUAGE: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  MALFORMED_FUNCTION_CALL: 'error',
  UNEXPECTED_TOOL_CALL: 'error',
  TOO_MANY_TOOL_CALLS: 'error',
};

/** The dialect has no word of its own for calls: an answer that calls and stops has stopped for them. */
export function decodeFinish(raw: string, calls: boolean): Finish {
  const reason = Object.hasOwn(REASONS, raw) ? (REASONS[raw] ?? 'other') : 'other';
  return { reason: reason === 'stop' && calls ? 'tool-calls' : reason, raw };
}

/** The prompt itself was refused: there is no answer. */
export function blockedFinish(reason: string): Finish {
  return { reason: 'content-filter', raw: reason };
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  pause: 'STOP',
  length: 'MAX_TOKENS',
  'context-window': 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  error: 'OTHER',
  other: 'OTHER',
};

export function encodeFinish({ reason, raw }: Finish, warnings: Warnings): string {
  if (raw !== null && Object.hasOwn(REASONS, raw) && REASONS[raw] === reason) return raw;
  if (reason === 'error' || reason === 'other') {
    warnings.add('approximated', 'answer.finish', 'the vendor stopped for a reason that has no name here');
  }
  return WORDS[reason];
}
