import type { ErrorCode, ErrorKind, GatewayError } from '@tollgate/contracts';
import type { JsonObject } from '../canonical/part.js';
import type { EncodedError, VendorError } from '../dialect.js';
import { VendorFault } from '../vendor-fault.js';
import { objectOf, parseObject, textOf } from './tolerant.js';

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

/** The error object of all of OpenAI's APIs: https://platform.openai.com/docs/guides/error-codes */
export interface OpenaiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: ErrorCode;
}

export function openaiError(error: GatewayError): OpenaiError {
  return {
    message: error.exposure === 'public' ? error.message : HIDDEN_MESSAGE,
    type: SHAPE[error.kind].type,
    param: error.field ?? null,
    code: error.code,
  };
}

export function encodeOpenaiError(error: GatewayError, requestId: string): EncodedError {
  const { status } = SHAPE[error.kind];
  return { status, body: JSON.stringify({ error: { ...openaiError(error), request_id: requestId } }) };
}

/** The official SDKs raise an error for an event whose data holds `error`. */
export function encodeOpenaiStreamError(error: GatewayError): string {
  return `data: ${JSON.stringify({ error: openaiError(error) })}\n\n`;
}

const MESSAGE_LENGTH_MAX = 1_000;
const CODE_LENGTH_MAX = 100;
const WRAPPER_DEPTH_MAX = 3;

/**
 * Reads `{"error": {message, code, type}}`, `{"error": "…"}`, `{"message": "…"}` and `{"detail": "…"}`, also as the only
 * entry of an array; anything else is told by its status.
 */
export function decodeOpenaiError(status: number, body: Buffer): VendorError {
  const text = body.toString('utf8');
  const parsed = parseObject(text) ?? parseObject(text.trim().replace(/^\[([^]*)\]$/, '$1'));
  return (
    (parsed === undefined ? undefined : readOpenaiError(parsed)) ?? {
      message: `The vendor answered with status ${status}.`,
      code: null,
    }
  );
}

/** The error within a vendor's JSON; `undefined` when it holds none. */
export function readOpenaiError(body: JsonObject): VendorError | undefined {
  let error: unknown = body;
  for (let depth = 0; depth < WRAPPER_DEPTH_MAX; depth += 1) {
    const inner = objectOf(error)?.['error'];
    if (inner === undefined || inner === null) break;
    error = inner;
  }
  if (typeof error === 'string') return { message: bounded(error), code: null };
  const object = objectOf(error);
  const message = textOf(object?.['message']) ?? textOf(object?.['detail']) ?? textOf(object?.['msg']);
  if (object === undefined || message === undefined) return undefined;
  return { message: bounded(message), code: codeOf(object) };
}

/** The code says it best; the type is what vendors give that leave the code out. */
function codeOf({ code, type }: JsonObject): string | null {
  const found = [code, type].find(
    (candidate) => typeof candidate === 'string' || typeof candidate === 'number',
  );
  return found === undefined ? null : String(found).slice(0, CODE_LENGTH_MAX);
}

const UNAUTHORIZED = /^(invalid_api_key|invalid_authentication|authentication_error|unauthorized|40[123])$/i;
const RATE_LIMITED = /rate.?limit|too_many_requests|^429$/i;
const OVERLOADED = /overloaded|server_busy|service_unavailable|^(503|529)$/i;
const TIMED_OUT = /timeout|timed_out|^(408|504)$/i;
/** The request is at fault: https://platform.openai.com/docs/api-reference/responses/object#responses-object-error */
const REJECTED = new RegExp(
  [
    /^(invalid_request(_error)?|badrequesterror|invalid_prompt|400|413|422)$/,
    /^(invalid_(base64_)?image(_\w+)?|unsupported_image_media_type|empty_image_file|failed_to_download_image)$/,
    /^image_(too_(large|small)|parse_error|content_policy_violation|file_(too_large|not_found))$/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

const MEANINGS = [
  [UNAUTHORIZED, 'upstream_unauthorized'],
  [RATE_LIMITED, 'upstream_rate_limited'],
  [OVERLOADED, 'upstream_overloaded'],
  [TIMED_OUT, 'upstream_timeout'],
  [REJECTED, 'upstream_rejected'],
] as const;

/** An error that a vendor wrote into a stream, or into an answer with status 200. */
export function openaiVendorFailure(body: JsonObject): VendorFault {
  const vendor = readOpenaiError(body) ?? { message: 'no reason given', code: null };
  const { message, code } = vendor;
  const meaning = MEANINGS.find(([pattern]) => pattern.test(code ?? ''))?.[1] ?? 'upstream_error';
  // The vendor's words about our credential may name it.
  const words = meaning === 'upstream_unauthorized' ? 'the credential was refused' : message;
  return new VendorFault(meaning, `The vendor failed while it answered: ${words}`, vendor);
}

function bounded(message: string): string {
  return message.length <= MESSAGE_LENGTH_MAX ? message : `${message.slice(0, MESSAGE_LENGTH_MAX)}…`;
}
