import type { Dialect } from '../dialect.js';
import { PassingStream } from '../sse/passing-stream.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse, decodeTokenCount } from './decode-response.js';
import { MessagesStreamDecoder } from './decode-stream.js';
import { encodeRequest, encodeTokenCountRequest } from './encode-request.js';
import { encodeResponse } from './encode-response.js';
import { MessagesStreamEncoder } from './encode-stream.js';
import { decodeError, encodeError, encodeStreamError } from './errors.js';
import { encodeModel, encodeModels } from './models.js';
import { readRequest } from './request.js';
import { readUsage } from './usage.js';
import { MessagesStreamWatcher } from './watch-stream.js';
import { DIALECT } from './wire.js';

/** Anthropic Messages: https://platform.claude.com/docs/en/api/messages */
export const anthropicMessages = {
  id: DIALECT,
  inbound: {
    // https://platform.claude.com/docs/en/api/beta-headers
    forwardedHeaders: ['anthropic-version', 'anthropic-beta'],
    readRequest,
    decodeRequest,
    encodeResponse,
    encodeStream: (context) => new MessagesStreamEncoder(context),
    encodeError,
    encodeStreamError,
    encodeModels,
    encodeModel,
    encodeTokenCount: (tokens) => ({ input_tokens: tokens }),
  },
  outbound: {
    encodeRequest,
    decodeResponse,
    decodeStream: (emit) => new MessagesStreamDecoder(emit),
    decodeError,
    readUsage,
    tapStream: () => new PassingStream(new MessagesStreamWatcher()),
    tokenCount: { encodeRequest: encodeTokenCountRequest, decodeResponse: decodeTokenCount },
  },
} as const satisfies Dialect;
