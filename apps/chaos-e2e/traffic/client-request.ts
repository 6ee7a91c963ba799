import type { WrittenDialect } from '@tollgate/testing/vendor';
import { promptOf } from './vendor-usage.js';

export const MODEL = 'chaos-model';
/** Keeps what is held for a request small. */
const OUTPUT_TOKENS_MAX = 64;

/** What a client of a dialect sends, and by what it knows that a stream is whole. */
export interface ClientDialect {
  path(streamed: boolean): string;
  keyHeaders(key: string): Readonly<Record<string, string>>;
  body(nonce: number, streamed: boolean): object;
  /** Found in a stream that came to its proper end. */
  readonly streamEnd: RegExp;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const message = (nonce: number) => ({ role: 'user', content: promptOf(nonce) });

export const CLIENT_DIALECTS: Readonly<Record<WrittenDialect, ClientDialect>> = {
  'openai-chat': {
    path: () => '/v1/chat/completions',
    keyHeaders: bearer,
    body: (nonce, stream) => ({
      model: MODEL,
      messages: [message(nonce)],
      max_tokens: OUTPUT_TOKENS_MAX,
      stream,
    }),
    streamEnd: /^data: \[DONE\]/m,
  },
  'openai-responses': {
    path: () => '/v1/responses',
    keyHeaders: bearer,
    body: (nonce, stream) => ({
      model: MODEL,
      input: promptOf(nonce),
      max_output_tokens: OUTPUT_TOKENS_MAX,
      store: false,
      stream,
    }),
    streamEnd: /^event: response\.completed/m,
  },
  'anthropic-messages': {
    path: () => '/v1/messages',
    keyHeaders: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
    body: (nonce, stream) => ({
      model: MODEL,
      messages: [message(nonce)],
      max_tokens: OUTPUT_TOKENS_MAX,
      stream,
    }),
    streamEnd: /^event: message_stop/m,
  },
  gemini: {
    path: (streamed) =>
      `/v1beta/models/${MODEL}:${streamed ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    keyHeaders: (key) => ({ 'x-goog-api-key': key }),
    body: (nonce) => ({
      contents: [{ role: 'user', parts: [{ text: promptOf(nonce) }] }],
      generationConfig: { maxOutputTokens: OUTPUT_TOKENS_MAX },
    }),
    streamEnd: /"finishReason":\s*"STOP"/,
  },
};
