import { type ErrorKind, type GatewayError } from '@tollgate/contracts';
import type { EncodedError, VendorError } from '../dialect.js';

/** Status and `type` by kind: the official SDKs choose their error class by status. */
const SHAPE: Record<ErrorKind, { readonly status: number; readonly type: string }> = {
  invalid: { status: 400, type: 'invalid_request_error' },
  unauthenticated: { status: 401, type: 'authentication_error' },
  unpaid: { status: 402, type: 'insufficient_quota' },
  denied: { status: 403, type: 'permission_error' },
  'not-found': { status: 404, type: 'invalid_request_error' },
  conflict: { status: 409, type: 'invalid_request_error' },
  'too-large': { status: 413, type: 'invalid_request_error' },
  limited: { status: 429, type: 'rate_limit_error' },
  internal: { status: 500, type: 'server_error' },
  upstream: { status: 502, type: 'upstream_error' },
  unavailable: { status: 503, type: 'server_error' },
  timeout: { status: 504, type: 'timeout_error' },
};

const HIDDEN_MESSAGE = 'The gateway failed to handle the request.';

/** https://platform.openai.com/docs/guides/error-codes */
export function encodeError(error: GatewayError, requestId: string): EncodedError {
  const { status } = SHAPE[error.kind];
  return { status, body: JSON.stringify({ error: { ...wireError(error), request_id: requestId } }) };
}

/** The official SDKs raise an error for an event whose data holds `error`. */
export function encodeStreamError(error: GatewayError): string {
  return `data: ${JSON.stringify({ error: wireError(error) })}\n\n`;
}

function wireError(error: GatewayError): object {
  return {
    message: error.exposure === 'public' ? error.message : HIDDEN_MESSAGE,
    type: SHAPE[error.kind].type,
    param: error.field ?? null,
    code: error.code,
  };
}

const MESSAGE_LENGTH_MAX = 1_000;

/** Reads `{"error": {message, code}}`, `{"error": "…"}` and `{"message": "…"}`; anything else is told by its status. */
export function decodeError(status: number, body: Buffer): VendorError {
  const parsed = parseObject(body);
  const error = parsed?.['error'] ?? parsed;
  if (typeof error === 'string') return { message: bounded(error), code: null };
  if (typeof error === 'object' && error !== null) {
    const { message, code } = error as { message?: unknown; code?: unknown };
    if (typeof message === 'string') {
      return { message: bounded(message), code: typeof code === 'string' ? code : null };
    }
  }
  return { message: `The vendor answered with status ${status}.`, code: null };
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Vendors and the proxies before them answer errors in HTML or text; the status says enough.
    return undefined;
  }
}

function bounded(message: string): string {
  return message.length <= MESSAGE_LENGTH_MAX ? message : `${message.slice(0, MESSAGE_LENGTH_MAX)}…`;
}
