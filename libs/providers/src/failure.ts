import { GatewayError, type ErrorCode, type RetryAdvice } from '@tollgate/contracts';
import type { VendorError } from '@tollgate/dialects';

/** What a vendor's refusal means. */
export interface FailureClass {
  readonly code: ErrorCode;
  readonly retry: RetryAdvice;
  /** It speaks against the channel, and counts in its health. */
  readonly blamesChannel: boolean;
  /** The request is at fault: the vendor's own answer goes to the client as it is. */
  readonly relayed: boolean;
}

const REJECTED: FailureClass = {
  code: 'upstream_rejected',
  retry: 'never',
  blamesChannel: false,
  relayed: true,
};
const UNAUTHORIZED: FailureClass = {
  code: 'upstream_unauthorized',
  retry: 'next-channel',
  blamesChannel: true,
  relayed: false,
};
const FAILED: FailureClass = {
  code: 'upstream_error',
  retry: 'next-channel',
  blamesChannel: true,
  relayed: false,
};
const RATE_LIMITED: FailureClass = { ...FAILED, code: 'upstream_rate_limited' };
const TIMED_OUT: FailureClass = { ...FAILED, code: 'upstream_timeout' };

/** By status; what is not listed is `REJECTED` below 500 and `FAILED` from there. */
const BY_STATUS: Readonly<Record<number, FailureClass>> = {
  401: UNAUTHORIZED,
  402: UNAUTHORIZED,
  403: UNAUTHORIZED,
  // The vendor does not know the model or path: another channel may.
  404: { ...REJECTED, retry: 'next-channel', blamesChannel: true, relayed: false },
  405: { ...REJECTED, retry: 'next-channel', blamesChannel: true, relayed: false },
  408: TIMED_OUT,
  429: RATE_LIMITED,
  504: TIMED_OUT,
};

export function classifyStatus(status: number): FailureClass {
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? REJECTED : FAILED);
}

const RETRY_AFTER_SECONDS_MAX = 86_400;

/** The error that a client gets when this failure ends its request. */
export function failureError(
  failure: FailureClass,
  vendor: VendorError & { readonly status: number; readonly retryAfter: string | undefined },
): GatewayError {
  const seconds = Number(vendor.retryAfter);
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : undefined;
  return new GatewayError(failure.code, describe(failure, vendor), {
    retry: failure.retry,
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: Math.min(retryAfter, RETRY_AFTER_SECONDS_MAX) }),
  });
}

function describe(failure: FailureClass, vendor: VendorError & { readonly status: number }): string {
  // The vendor's words about our credential may name it.
  if (failure.code === 'upstream_unauthorized') {
    return `The vendor refused the channel's credential (status ${vendor.status}): tell the operator of this gateway.`;
  }
  return `The vendor failed with status ${vendor.status}: ${vendor.message}`;
}
