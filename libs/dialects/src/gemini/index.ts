import type { Dialect } from '../dialect.js';
import { PassingStream } from '../sse/passing-stream.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse, decodeTokenCount } from './decode-response.js';
import { GeminiStreamDecoder } from './decode-stream.js';
import {
  decodeEmbeddingRequest,
  decodeEmbeddingResponse,
  encodeEmbeddingRequest,
  encodeEmbeddingResponse,
} from './embeddings.js';
import { encodeRequest, encodeTokenCountRequest } from './encode-request.js';
import { encodeResponse } from './encode-response.js';
import { GeminiStreamEncoder } from './encode-stream.js';
import { decodeError, encodeError, encodeStreamError } from './errors.js';
import { encodeModel, encodeModels } from './models.js';
import { readRequest } from './request.js';
import { readUsage } from './usage.js';
import { GeminiStreamWatcher } from './watch-stream.js';
import { DIALECT } from './wire.js';

export { GeminiJsonArray } from './json-array.js';

/** Gemini `generateContent`: https://ai.google.dev/api/generate-content */
export const gemini = {
  id: DIALECT,
  inbound: {
    readRequest,
    decodeRequest,
    encodeResponse,
    encodeStream: (context) => new GeminiStreamEncoder(context),
    encodeError,
    encodeStreamError,
    encodeModels,
    encodeModel,
    embeddings: { decodeRequest: decodeEmbeddingRequest, encodeResponse: encodeEmbeddingResponse },
    encodeTokenCount: (tokens) => ({ totalTokens: tokens }),
  },
  outbound: {
    encodeRequest,
    decodeResponse,
    decodeStream: (emit) => new GeminiStreamDecoder(emit),
    decodeError,
    readUsage,
    tapStream: (options) => new PassingStream(new GeminiStreamWatcher(options)),
    embeddings: { encodeRequest: encodeEmbeddingRequest, decodeResponse: decodeEmbeddingResponse },
    tokenCount: { encodeRequest: encodeTokenCountRequest, decodeResponse: decodeTokenCount },
  },
} as const satisfies Dialect;
