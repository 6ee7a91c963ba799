import { GatewayError } from '@tollgate/contracts';
import { ResponseCollector } from '../canonical/collect.js';
import type { JsonObject } from '../canonical/part.js';
import type { CanonicalResponse } from '../canonical/response.js';
import { openaiVendorFailure } from '../json/openai-errors.js';
import { given, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { ChoiceReader } from './choice-reader.js';
import { fallbackCallId, headOf, holdsError, isFailure, usageOf } from './decode-stream.js';

/**
 * A message is read as the one delta that holds all of it: so a whole answer says what its stream would.
 *
 * @throws GatewayError `upstream_invalid_response`, `upstream_error` …
 */
export function decodeResponse(body: unknown): CanonicalResponse {
  const answer = objectOf(body);
  if (answer === undefined) throw noAnswer();
  if (isFailure(answer)) throw openaiVendorFailure(answer);
  const choices = objectsOf(answer['choices']);
  if (choices.length === 0) throw noAnswer();
  const collector = new ResponseCollector();
  const head = headOf(answer);
  collector.push({ type: 'response-start', ...head });
  for (const [index, choice] of choices.entries()) readChoice(choice, index, { collector, id: head.id });
  const tier = textOf(answer['service_tier']);
  return { ...collector.response, usage: usageOf(answer), ...given('serviceTier', tier) };
}

function readChoice(
  choice: JsonObject,
  index: number,
  { collector, id }: { readonly collector: ResponseCollector; readonly id: string | null },
): void {
  if (holdsError(choice)) throw openaiVendorFailure(choice);
  const emit = collector.push.bind(collector);
  const reader = new ChoiceReader(emit, index, () => fallbackCallId(id));
  reader.read(objectOf(choice['message']) ?? objectOf(choice['delta']) ?? {});
  reader.logprobs(choice['logprobs']);
  reader.finish(choice['finish_reason'], choice['stop_reason']);
  reader.end(true);
}

function noAnswer(): GatewayError {
  return new GatewayError('upstream_invalid_response', "The vendor's answer holds no choice.", {
    retry: 'next-channel',
  });
}
