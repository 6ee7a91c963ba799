import type { Dialect } from '../dialect.js';
import { decodeError, encodeError, encodeStreamError } from './errors.js';
import { readRequest } from './request.js';
import { ChatStreamTap } from './stream-tap.js';
import { lastUsage } from './usage.js';

/** OpenAI Chat Completions and Embeddings: https://platform.openai.com/docs/api-reference */
export const openaiChat = {
  id: 'openai-chat',
  inbound: { encodeError, encodeStreamError },
  passThrough: {
    readRequest,
    readUsage: lastUsage,
    tapStream: (options) => new ChatStreamTap(options),
  },
  outbound: { decodeError },
} as const satisfies Dialect;
