import type { ErrorCode, ErrorKind, GatewayError } from '@tollgate/contracts';
import type { JsonObject } from '../canonical/part.js';
import type { EncodedError, VendorError } from '../dialect.js';
import { objectOf, parseObject, textOf } from '../json/tolerant.js';
import { VendorFault } from '../vendor-fault.js';

/**
 * Status and `type` by kind: the official SDKs choose their error class by status.
 * https://platform.claude.com/docs/en/api/errors
 */
const SHAPE: Readonly<Record<ErrorKind, { readonly status: number; readonly type: string }>> = {
  invalid: { status: 400, type: 'invalid_request_error' },
  unauthenticated: { status: 401, type: 'authentication_error' },
  unpaid: { status: 402, type: 'billing_error' },
  denied: { status: 403, type: 'permission_error' },
  'not-found': { status: 404, type: 'not_found_error' },
  conflict: { status: 409, type: 'invalid_request_error' },
  'too-large': { status: 413, type: 'request_too_large' },
  limited: { status: 429, type: 'rate_limit_error' },
  internal: { status: 500, type: 'api_error' },
  upstream: { status: 502, type: 'api_error' },
  timeout: { status: 504, type: 'timeout_error' },
  unavailable: { status: 529, type: 'overloaded_error' },
};

const HIDDEN_MESSAGE = 'The gateway failed to handle the request.';

export function encodeError(error: GatewayError, requestId: string): EncodedError {
  const { status } = SHAPE[error.kind];
  return { status, body: JSON.stringify({ ...wireError(error), request_id: requestId }) };
}

/** The official SDKs raise an error for an event of that name. */
export function encodeStreamError(error: GatewayError): string {
  return `event: error\ndata: ${JSON.stringify(wireError(error))}\n\n`;
}

function wireError(error: GatewayError): object {
  const message = error.exposure === 'public' ? error.message : HIDDEN_MESSAGE;
  return { type: 'error', error: { type: SHAPE[error.kind].type, message, code: error.code } };
}

const MESSAGE_LENGTH_MAX = 1_000;
const CODE_LENGTH_MAX = 100;

/** Reads `{"error": {type, message}}`, and what vendors that imitate write; anything else is told by its status. */
export function decodeError(status: number, body: Buffer): VendorError {
  const parsed = parseObject(body.toString('utf8'));
  const error = objectOf(parsed?.['error']) ?? parsed ?? {};
  const message = textOf(error['message']) ?? textOf(parsed?.['error']);
  if (message === undefined) return { message: `The vendor answered with status ${status}.`, code: null };
  const code = textOf(error['type']) ?? textOf(error['code']) ?? null;
  return { message: bounded(message, MESSAGE_LENGTH_MAX), code: code?.slice(0, CODE_LENGTH_MAX) ?? null };
}

const STREAM_ERRORS: ReadonlyMap<string, ErrorCode> = new Map([
  ['rate_limit_error', 'upstream_rate_limited'],
  ['overloaded_error', 'upstream_overloaded'],
  ['timeout_error', 'upstream_timeout'],
  ['authentication_error', 'upstream_unauthorized'],
  ['permission_error', 'upstream_unauthorized'],
  ['invalid_request_error', 'upstream_rejected'],
  ['request_too_large', 'upstream_rejected'],
]);

/** An error that the vendor wrote where an answer belongs: into its stream, or with status 200. */
export function vendorError(value: unknown): VendorFault {
  const error = objectOf(value) ?? {};
  const type = textOf(error['type']) ?? null;
  const code = STREAM_ERRORS.get(type ?? '') ?? 'upstream_error';
  // The vendor's words about our credential may name it.
  const words = code === 'upstream_unauthorized' ? undefined : (textOf(error['message']) ?? textOf(value));
  const message = bounded(words ?? 'The vendor reported an error.', MESSAGE_LENGTH_MAX);
  return new VendorFault(code, message, { message, code: type });
}

/** The answer, or the event, is an error: imitating vendors leave `type` out. */
export function isError(value: JsonObject): boolean {
  return value['type'] === 'error' || (value['type'] === undefined && (value['error'] ?? null) !== null);
}

function bounded(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
