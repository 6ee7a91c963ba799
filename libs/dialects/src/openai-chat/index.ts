import type { Dialect } from '../dialect.js';
import { PassingStream } from '../sse/passing-stream.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse } from './decode-response.js';
import { ChatStreamDecoder } from './decode-stream.js';
import {
  decodeEmbeddingRequest,
  decodeEmbeddings,
  encodeEmbeddingRequest,
  encodeEmbeddings,
} from './embeddings.js';
import { encodeRequest } from './encode-request.js';
import { encodeResponse } from './encode-response.js';
import { ChatStreamEncoder } from './encode-stream.js';
import { decodeError, encodeError, encodeStreamError } from './errors.js';
import { encodeModel, encodeModels } from './models.js';
import { readRequest } from './request.js';
import { lastUsage } from './usage.js';
import { ChatStreamWatcher } from './watch-stream.js';

/** OpenAI Chat Completions and Embeddings: https://platform.openai.com/docs/api-reference */
export const openaiChat = {
  id: 'openai-chat',
  inbound: {
    readRequest,
    decodeRequest,
    encodeResponse,
    encodeStream: (context) => new ChatStreamEncoder(context),
    encodeError,
    encodeStreamError,
    encodeModels,
    encodeModel,
    embeddings: { decodeRequest: decodeEmbeddingRequest, encodeResponse: encodeEmbeddings },
  },
  outbound: {
    encodeRequest,
    decodeResponse,
    decodeStream: (emit) => new ChatStreamDecoder(emit),
    decodeError,
    readUsage: lastUsage,
    tapStream: (options) => new PassingStream(new ChatStreamWatcher(options)),
    embeddings: { encodeRequest: encodeEmbeddingRequest, decodeResponse: decodeEmbeddings },
  },
} as const satisfies Dialect;
