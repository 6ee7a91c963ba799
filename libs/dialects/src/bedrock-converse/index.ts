import { invalidAnswer } from '../canonical/failure.js';
import type { Dialect } from '../dialect.js';
import { numberOf, objectOf } from '../json/tolerant.js';
import { decodeResponse } from './decode-response.js';
import { ConverseStreamDecoder } from './decode-stream.js';
import { encodeRequest, encodeTokenCountRequest } from './encode-request.js';
import { decodeError } from './errors.js';
import { readUsage } from './usage.js';
import { DIALECT } from './wire.js';

/**
 * Converse, which Amazon Bedrock speaks for all its models. Its streams are binary: the transport makes server-sent
 * events of them first. https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference.html
 */
export const bedrockConverse = {
  id: DIALECT,
  outbound: {
    encodeRequest,
    decodeResponse,
    decodeStream: (emit) => new ConverseStreamDecoder(emit),
    decodeError,
    readUsage,
    tokenCount: {
      encodeRequest: encodeTokenCountRequest,
      decodeResponse: (body) => {
        const tokens = numberOf(objectOf(body)?.['inputTokens']);
        if (tokens === undefined) throw invalidAnswer('it has no count of tokens');
        return tokens;
      },
    },
  },
} as const satisfies Dialect;
