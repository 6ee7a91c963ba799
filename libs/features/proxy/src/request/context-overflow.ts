import { capabilityBits } from '@tollgate/routing';
import type { ModelRequest } from './model-request.js';
import { QuotedText } from './quoted-text.js';
import { needsOf } from './request-needs.js';

/** No text has so few tokens: prose has 4 bytes in one; letters of three bytes, written as escapes, have some 20. */
const BYTES_PER_TOKEN_MOST = 32;
/** Their bytes are no text. */
const MEDIA = capabilityBits(['vision', 'audio', 'files']);
/** By these a vendor is told to shorten what is too long. */
const SHORTENING = ['truncation', 'context_management', 'transforms'].map((name) => new QuotedText(name));

/**
 * The request certainly has more input than the model's context holds. Most that are too long are not certain to be: a
 * vendor tells of those. Costs nothing for requests of an ordinary length.
 */
export function overflowsContext(request: ModelRequest, contextTokensMax: number): boolean {
  const { bytes, path, envelope } = request;
  const bytesMax = contextTokensMax * BYTES_PER_TOKEN_MOST;
  if (bytes.length <= bytesMax || path.operation !== 'chat') return false;
  if (envelope.inputTokensMax > bytes.length || needsOf(request, MEDIA) !== 0) return false;
  if (SHORTENING.some((sign) => sign.isIn(bytes))) return false;
  return hasMoreThan(bytes, bytesMax);
}

/** A run of one byte counts once: there are tokens for whole lines of spaces or dashes. */
function hasMoreThan(bytes: Buffer, bytesMax: number): boolean {
  let count = 0;
  for (let at = 0; at < bytes.length && count <= bytesMax; at += 1)
    if (bytes[at] !== bytes[at - 1]) count += 1;
  return count > bytesMax;
}
