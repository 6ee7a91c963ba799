import type { Dialect } from '../dialect.js';
import { decodeOpenaiError } from '../json/openai-errors.js';
import { decodeResponse } from './decode-response.js';
import { CohereStreamDecoder } from './decode-stream.js';
import { encodeRequest } from './encode-request.js';
import { readUsage } from './usage.js';
import { DIALECT } from './wire.js';

/** Cohere's Chat, version 2: https://docs.cohere.com/reference/chat */
export const cohereChat = {
  id: DIALECT,
  outbound: {
    encodeRequest,
    decodeResponse,
    decodeStream: (emit) => new CohereStreamDecoder(emit),
    // `{"message": …}`, which is one of the forms that OpenAI's imitators write.
    decodeError: decodeOpenaiError,
    readUsage,
  },
} as const satisfies Dialect;
