import { replayResponse } from '../canonical/replay.js';
import type { CanonicalResponse } from '../canonical/response.js';
import type { AnswerContext } from '../dialect.js';
import { ResponsesStreamEncoder } from './encode-stream.js';

/** The whole answer is what the last event of its stream would hold. */
export function encodeResponse(response: CanonicalResponse, context: AnswerContext): unknown {
  const encoder = new ResponsesStreamEncoder(context);
  replayResponse(response, (part) => encoder.push(part));
  encoder.end();
  const { serviceTier } = response;
  return serviceTier === undefined ? encoder.response : { ...encoder.response, service_tier: serviceTier };
}
