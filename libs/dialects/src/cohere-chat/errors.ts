import { GatewayError } from '@tollgate/contracts';

const MESSAGE_LENGTH_MAX = 1_000;

/** What the vendor says instead of an answer, or within one. */
export function failure(message: string): GatewayError {
  const words = message.slice(0, MESSAGE_LENGTH_MAX);
  const code = /rate limit|too many requests/i.test(words) ? 'upstream_rate_limited' : 'upstream_error';
  return new GatewayError(code, `The vendor failed while it answered: ${words}`, { retry: 'next-channel' });
}
