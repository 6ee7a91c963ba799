/** What went wrong, seen from outside; decides the HTTP status at the edge. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'denied'
  | 'unpaid'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'limited'
  | 'unavailable'
  | 'upstream'
  | 'timeout'
  | 'internal';

/**
 * Every stable error code and its kind. The code is what clients, metrics and the documentation share:
 * a code is never renamed, only added (docs/errors.md lists them all).
 */
export const ERROR_CODES = {
  invalid_json: 'invalid',
  invalid_request: 'invalid',
  duplicate_field: 'invalid',
  unsupported_operation: 'invalid',
  unsupported_feature: 'invalid',
  media_unavailable: 'invalid',
  request_too_large: 'too-large',
  missing_api_key: 'unauthenticated',
  invalid_api_key: 'unauthenticated',
  api_key_expired: 'unauthenticated',
  api_key_revoked: 'unauthenticated',
  organization_suspended: 'denied',
  ip_not_allowed: 'denied',
  model_not_allowed: 'denied',
  model_not_found: 'not-found',
  no_channel_for_key: 'denied',
  model_not_priced: 'invalid',
  insufficient_balance: 'unpaid',
  budget_exceeded: 'unpaid',
  admission_unavailable: 'unavailable',
  keys_unavailable: 'unavailable',
  overloaded: 'unavailable',
  shutting_down: 'unavailable',
  no_channel_available: 'unavailable',
  refused_by_rule: 'invalid',
  response_not_found: 'not-found',
  upstream_rejected: 'upstream',
  upstream_unauthorized: 'upstream',
  upstream_rate_limited: 'limited',
  upstream_overloaded: 'unavailable',
  upstream_error: 'upstream',
  upstream_unreachable: 'upstream',
  upstream_invalid_response: 'upstream',
  upstream_cut: 'upstream',
  upstream_timeout: 'timeout',
  client_closed: 'invalid',
  unknown_path: 'not-found',
  method_not_allowed: 'invalid',
  invalid_credentials: 'unauthenticated',
  invalid_access_token: 'unauthenticated',
  permission_denied: 'denied',
  validation_failed: 'invalid',
  not_found: 'not-found',
  already_exists: 'conflict',
  idempotency_conflict: 'conflict',
  in_use: 'conflict',
  rate_limited: 'limited',
  service_unavailable: 'unavailable',
  internal_error: 'internal',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What a router may do after the failure. */
export type RetryAdvice = 'never' | 'next-channel';

export interface GatewayErrorOptions {
  /** Where the same code means different things to a client: what a vendor rejected. Default: the code's kind. */
  readonly kind?: ErrorKind;
  /** Default `never`. */
  readonly retry?: RetryAdvice;
  /** `internal` messages are replaced by a general sentence before they leave the process. Default `public`. */
  readonly exposure?: 'public' | 'internal';
  /** The request field at fault, as a path, e.g. `messages[0].content`. */
  readonly field?: string;
  /** Seconds after which the same call may succeed; becomes `retry-after`. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** The one error that crosses library boundaries. Its message is one clear sentence for a person. */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';
  readonly kind: ErrorKind;
  readonly retry: RetryAdvice;
  readonly exposure: 'public' | 'internal';
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: GatewayErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = options.kind ?? ERROR_CODES[code];
    this.retry = options.retry ?? 'never';
    this.exposure = options.exposure ?? 'public';
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
