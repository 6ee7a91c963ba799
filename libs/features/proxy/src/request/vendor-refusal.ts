import type { FallbackCondition } from '@tollgate/contracts';
import type { VendorError } from '@tollgate/dialects';
import {
  classifyFailure,
  failureError,
  refusalOf,
  retryAfterSeconds,
  type FailureRule,
  type UpstreamHeaders,
  type VendorRefusal,
} from '@tollgate/providers';

/** What a vendor answered with a status that is none of success. */
export interface RefusingAnswer {
  readonly status: number;
  readonly headers: UpstreamHeaders;
  readonly vendor: VendorError;
}

export interface JudgedRefusal {
  readonly error: VendorRefusal;
  /** The request itself is at fault: the vendor's words are for the client. */
  readonly relayed: boolean;
  readonly blamesChannel: boolean;
  /** Why another model may take over. */
  readonly refusal: FallbackCondition | undefined;
}

/**
 * @param rules the vendor's own meanings of refusals
 * @param now milliseconds since the epoch
 */
export function judgeRefusal(
  { status, headers, vendor }: RefusingAnswer,
  rules: readonly FailureRule[] | undefined,
  now: number,
): JudgedRefusal {
  const failure = classifyFailure(status, vendor, rules);
  const error = failureError(failure, { ...vendor, status, retryAfter: retryAfterSeconds(headers, now) });
  const { relayed, blamesChannel } = failure;
  return { error, relayed, blamesChannel, refusal: relayed ? refusalOf(vendor) : undefined };
}
