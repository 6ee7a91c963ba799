import { invalidAnswer } from '../canonical/failure.js';
import type { Dialect } from '../dialect.js';
import { numberOf, objectOf } from '../json/tolerant.js';
import { PassingStream } from '../sse/passing-stream.js';
import { decodeRequest } from './decode-request.js';
import { decodeResponse } from './decode-response.js';
import { ResponsesStreamDecoder } from './decode-stream.js';
import { encodeRequest, encodeTokenCountRequest } from './encode-request.js';
import { encodeResponse } from './encode-response.js';
import { ResponsesStreamEncoder } from './encode-stream.js';
import { decodeError, encodeError, encodeStreamError } from './errors.js';
import { encodeModel, encodeModels } from './models.js';
import { readRequest } from './request.js';
import { readUsage } from './usage.js';
import { readResponseId, ResponsesStreamWatcher } from './watch-stream.js';
import { DIALECT } from './wire.js';

/** OpenAI Responses: https://platform.openai.com/docs/api-reference/responses */
export const openaiResponses = {
  id: DIALECT,
  inbound: {
    readRequest,
    decodeRequest,
    encodeResponse,
    encodeStream: (context) => new ResponsesStreamEncoder(context),
    encodeError,
    encodeStreamError,
    encodeModels,
    encodeModel,
    encodeTokenCount: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
  },
  outbound: {
    encodeRequest,
    decodeResponse,
    decodeStream: (emit) => new ResponsesStreamDecoder(emit),
    decodeError,
    readUsage,
    readResponseId,
    // Usage is part of the last event: nobody asks for it, and it is never hidden.
    tapStream: () => new PassingStream(new ResponsesStreamWatcher()),
    tokenCount: { encodeRequest: encodeTokenCountRequest, decodeResponse: decodeTokenCount },
  },
} as const satisfies Dialect;

/** https://platform.openai.com/docs/api-reference/responses/input-tokens */
function decodeTokenCount(body: unknown): number {
  const tokens = numberOf(objectOf(body)?.['input_tokens']);
  if (tokens === undefined) throw invalidAnswer('it counts no tokens');
  return tokens;
}
