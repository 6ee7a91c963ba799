import { GatewayError } from '@tollgate/contracts';

/** The target can't be told this, and leaving it out would change the meaning: another channel may take it. */
export function unsupported(field: string, sentence: string): GatewayError {
  return new GatewayError('unsupported_feature', sentence, { field, retry: 'next-channel' });
}

/** What a vendor answered is no answer of its dialect. `what` is wrong with it ends a sentence. */
export function invalidAnswer(what: string): GatewayError {
  const message = `The vendor's answer is not as it should be: ${what}.`;
  return new GatewayError('upstream_invalid_response', message, { retry: 'next-channel' });
}

/** The same of a stream. */
export function invalidStream(what: string): GatewayError {
  const message = `The vendor's stream is not as it should be: ${what}.`;
  return new GatewayError('upstream_invalid_response', message, { retry: 'next-channel' });
}
