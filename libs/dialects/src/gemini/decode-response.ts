import { ResponseCollector } from '../canonical/collect.js';
import { invalidAnswer } from '../canonical/failure.js';
import type { CanonicalResponse } from '../canonical/response.js';
import { arrayOf, numberOf, objectOf, objectsOf } from '../json/tolerant.js';
import { GeminiStreamDecoder } from './decode-stream.js';
import { vendorError } from './errors.js';
import { wireObject } from './wire.js';

/** A whole answer, or all pieces of one as the array that streams come in without `alt=sse`. */
export function decodeResponse(body: unknown): CanonicalResponse {
  const answers = (Array.isArray(body) ? arrayOf(body) : [body]).map((answer) => {
    if (objectOf(answer) === undefined) throw invalidAnswer('it is no object');
    return wireObject(answer);
  });
  const collector = new ResponseCollector();
  const decoder = new GeminiStreamDecoder((part) => collector.push(part));
  for (const answer of answers) {
    // Of one candidate the place is often left out; of several never.
    const candidates = objectsOf(answer['candidates']).map((candidate, index) => ({ index, ...candidate }));
    decoder.read(answer['candidates'] === undefined ? answer : { ...answer, candidates });
  }
  decoder.end();
  const known = answers.some(({ candidates, promptFeedback, usageMetadata }) =>
    [candidates, promptFeedback, usageMetadata].some((member) => member !== undefined),
  );
  if (!known) throw invalidAnswer('it has neither candidates nor usage');
  return collector.response;
}

/** https://ai.google.dev/api/tokens#response-body */
export function decodeTokenCount(body: unknown): number {
  const answer = wireObject(body);
  if (answer['error'] !== undefined) throw vendorError(answer['error']);
  // Zero is left out, as is every number that has its default.
  const tokens = Object.keys(answer).length === 0 ? 0 : numberOf(answer['totalTokens']);
  if (tokens === undefined || !Number.isSafeInteger(tokens) || tokens < 0) {
    throw invalidAnswer('it counts no tokens');
  }
  return tokens;
}
