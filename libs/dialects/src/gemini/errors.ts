import type { ErrorCode, ErrorKind, GatewayError } from '@tollgate/contracts';
import type { JsonObject } from '../canonical/part.js';
import type { EncodedError, VendorError } from '../dialect.js';
import { arrayOf, given, objectOf, objectsOf, parseObject, textOf } from '../json/tolerant.js';
import { VendorFault } from '../vendor-fault.js';

/** https://cloud.google.com/apis/design/errors#handling_errors */
const SHAPE: Record<ErrorKind, { readonly code: number; readonly status: string }> = {
  invalid: { code: 400, status: 'INVALID_ARGUMENT' },
  unauthenticated: { code: 401, status: 'UNAUTHENTICATED' },
  unpaid: { code: 402, status: 'FAILED_PRECONDITION' },
  denied: { code: 403, status: 'PERMISSION_DENIED' },
  'not-found': { code: 404, status: 'NOT_FOUND' },
  conflict: { code: 409, status: 'ABORTED' },
  'too-large': { code: 413, status: 'INVALID_ARGUMENT' },
  limited: { code: 429, status: 'RESOURCE_EXHAUSTED' },
  internal: { code: 500, status: 'INTERNAL' },
  upstream: { code: 502, status: 'UNAVAILABLE' },
  unavailable: { code: 503, status: 'UNAVAILABLE' },
  timeout: { code: 504, status: 'DEADLINE_EXCEEDED' },
};

const HIDDEN_MESSAGE = 'The gateway failed to handle the request.';
const MESSAGE_LENGTH_MAX = 1_000;
const CODE_LENGTH_MAX = 200;

/** https://ai.google.dev/gemini-api/docs/troubleshooting */
export function encodeError(error: GatewayError, requestId: string): EncodedError {
  return { status: SHAPE[error.kind].code, body: JSON.stringify({ error: wireError(error, requestId) }) };
}

/** The official SDK raises an error for an event whose data holds `error`. */
export function encodeStreamError(error: GatewayError): string {
  return `data: ${JSON.stringify({ error: wireError(error, undefined) })}\r\n\r\n`;
}

function wireError(error: GatewayError, requestId: string | undefined): object {
  const { code, status } = SHAPE[error.kind];
  const metadata = {
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  return {
    code,
    message: error.exposure === 'public' ? error.message : HIDDEN_MESSAGE,
    status,
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: error.code,
        domain: 'tollgate',
        metadata,
      },
    ],
  };
}

/** Reads `{"error": {code, message, status, details}}`, also as the one element of an array, as streams answer. */
export function decodeError(status: number, body: Buffer): VendorError {
  const text = body.toString('utf8');
  const parsed = parseObject(text) ?? objectOf(parsedArray(text)[0]);
  const error = objectOf(parsed?.['error']) ?? parsed;
  const message = textOf(error?.['message']) ?? `The vendor answered with status ${status}.`;
  return {
    message: bounded(message),
    code: codesIn(error ?? {})[0] ?? null,
    ...given('retryAfterSeconds', retryDelay(error?.['details'])),
  };
}

/** The reasons in its details, which say more, then its status. */
function codesIn(error: JsonObject): readonly string[] {
  const reasons = objectsOf(error['details']).map((detail) => textOf(detail['reason']));
  return [...reasons, textOf(error['status'])]
    .filter((word) => word !== undefined)
    .map((word) => word.slice(0, CODE_LENGTH_MAX));
}

/** `{"@type": "…RetryInfo", "retryDelay": "34.07s"}`: https://cloud.google.com/apis/design/errors#error_details */
function retryDelay(details: unknown): number | undefined {
  const delays = objectsOf(details).map(
    (detail) => /^(\d+(?:\.\d+)?)s$/.exec(textOf(detail['retryDelay']) ?? '')?.[1],
  );
  const delay = delays.find((found) => found !== undefined);
  return delay === undefined ? undefined : Number(delay);
}

function parsedArray(text: string): readonly unknown[] {
  try {
    return arrayOf(JSON.parse(text));
  } catch {
    // Proxies before the vendor answer in HTML or text; the status says enough.
    return [];
  }
}

function bounded(message: string): string {
  return message.length <= MESSAGE_LENGTH_MAX ? message : `${message.slice(0, MESSAGE_LENGTH_MAX)}…`;
}

const CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['RESOURCE_EXHAUSTED', 'upstream_rate_limited'],
  ['UNAVAILABLE', 'upstream_overloaded'],
  ['DEADLINE_EXCEEDED', 'upstream_timeout'],
  ['UNAUTHENTICATED', 'upstream_unauthorized'],
  ['PERMISSION_DENIED', 'upstream_unauthorized'],
  ['API_KEY_INVALID', 'upstream_unauthorized'],
  ['INVALID_ARGUMENT', 'upstream_rejected'],
]);

/** An error that stands in an answer or a stream with status 200. */
export function vendorError(value: unknown): VendorFault {
  const error = objectOf(value) ?? {};
  const said = codesIn(error);
  const code = said.map((word) => CODES.get(word)).find((known) => known !== undefined) ?? 'upstream_error';
  const message =
    code === 'upstream_unauthorized'
      ? 'the credential was refused'
      : bounded(textOf(error['message']) ?? 'no reason given');
  const vendor = { message, code: said[0] ?? null };
  return new VendorFault(code, `The vendor reported an error in its answer: ${message}`, vendor);
}
