import {
  GatewayError,
  type DecisiveFailure,
  type ErrorCode,
  type ErrorKind,
  type GatewayErrorOptions,
  type RetryAdvice,
} from '@tollgate/contracts';
import { VendorFault, type VendorError } from '@tollgate/dialects';
import { refusalOf, type Refusal } from './refusal.js';

/** What a vendor's refusal means. */
export interface FailureClass {
  readonly code: ErrorCode;
  readonly retry: RetryAdvice;
  /** It speaks against the channel, and counts in its health. */
  readonly blamesChannel: boolean;
  /** The request is at fault: the vendor's own answer goes to the client as it is. */
  readonly relayed: boolean;
  /** It leaves no doubt about a credential or a model: one is enough to rest it. */
  readonly decisive?: DecisiveFailure;
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
const UNKNOWN_MODEL: FailureClass = {
  ...REJECTED,
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

/** What a failure can mean; rules of providers choose among them. */
export const FAILURES = {
  rejected: REJECTED,
  /** Perhaps only for this request, model or region. */
  unauthorized: UNAUTHORIZED,
  /** The vendor does not know the credential, or revoked it. */
  credentialInvalid: { ...UNAUTHORIZED, decisive: 'credential_invalid' },
  /** The account has no money left, or is suspended. */
  exhausted: { ...UNAUTHORIZED, decisive: 'balance_exhausted' },
  failed: FAILED,
  rateLimited: { ...FAILED, code: 'upstream_rate_limited' },
  timedOut: { ...FAILED, code: 'upstream_timeout' },
  overloaded: { ...FAILED, code: 'upstream_overloaded' },
  /** The vendor does not know the model or path: another channel may. */
  unknownModel: UNKNOWN_MODEL,
  /** The vendor says that there is no such model, whatever is asked of it. */
  modelGone: { ...UNKNOWN_MODEL, decisive: 'model_gone' },
} as const satisfies Record<string, FailureClass>;

/** By status; what is not listed is `rejected` below 500 and `failed` from there. */
const BY_STATUS: Readonly<Record<number, FailureClass>> = {
  401: FAILURES.credentialInvalid,
  402: FAILURES.exhausted,
  403: FAILURES.unauthorized,
  404: FAILURES.unknownModel,
  405: FAILURES.unknownModel,
  408: FAILURES.timedOut,
  429: FAILURES.rateLimited,
  503: FAILURES.overloaded,
  504: FAILURES.timedOut,
  // Anthropic's, and of those that imitate it.
  529: FAILURES.overloaded,
};

/** A vendor's own meaning of a refusal. What is given must all fit. */
export interface FailureRule {
  readonly status?: number;
  /** Tested against the code, or the type, in the vendor's error. */
  readonly code?: RegExp;
  readonly message?: RegExp;
  readonly means: keyof typeof FAILURES;
}

/** Whatever the status: proxies before a vendor refuse its credential with 400 or 500, too. */
const CREDENTIAL_REFUSED = /^(invalid_api_key|invalid_authentication|authentication_error)$/i;

/** OpenAI's word for it, which most that speak its dialect took over. */
const MODEL_GONE = /^model_not_found$/;

/** What a refusal means, by the vendor's own rules first. */
export function classifyFailure(
  status: number,
  vendor: VendorError,
  rules: readonly FailureRule[] = [],
): FailureClass {
  const rule = rules.find((candidate) => fits(candidate, status, vendor));
  if (rule !== undefined) return FAILURES[rule.means];
  if (CREDENTIAL_REFUSED.test(vendor.code ?? '')) return FAILURES.credentialInvalid;
  if (MODEL_GONE.test(vendor.code ?? '')) return FAILURES.modelGone;
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? FAILURES.rejected : FAILURES.failed);
}

function fits(rule: FailureRule, status: number, { code, message }: VendorError): boolean {
  if (rule.status !== undefined && rule.status !== status) return false;
  if (rule.code !== undefined && !rule.code.test(code ?? '')) return false;
  return rule.message === undefined || rule.message.test(message);
}

const RETRY_AFTER_SECONDS_MAX = 86_400;

/** A vendor's refusal as an error; it tells health what it leaves no doubt about. */
export class VendorRefusal extends GatewayError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly decisive: DecisiveFailure | undefined,
    options: GatewayErrorOptions,
  ) {
    super(code, message, options);
  }
}

export interface RefusingVendor extends VendorError {
  readonly status: number;
  /** Seconds, from its headers; `undefined`: they do not say, and its body may. */
  readonly retryAfter: number | undefined;
}

/** The error that a client gets when this failure ends its request. */
export function failureError(failure: FailureClass, vendor: RefusingVendor): VendorRefusal {
  const seconds = vendor.retryAfter ?? vendor.retryAfterSeconds ?? 0;
  const retryAfter = seconds > 0 ? Math.ceil(seconds) : undefined;
  const kind = failure.relayed ? rejectedKind(vendor.status) : undefined;
  return new VendorRefusal(failure.code, describe(failure, vendor), failure.decisive, {
    retry: failure.retry,
    ...(kind === undefined ? {} : { kind }),
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: Math.min(retryAfter, RETRY_AFTER_SECONDS_MAX) }),
  });
}

/** The other meanings are none of a request's, whatever their words. */
const MAY_REFUSE: ReadonlySet<ErrorCode> = new Set(['upstream_error', 'upstream_rejected']);

/** What an error means that came where an answer belongs. */
export interface JudgedFault {
  readonly error: GatewayError;
  readonly blamesChannel: boolean;
  readonly refusal: Refusal | undefined;
}

/**
 * As a refusal by status does, one within an answer speaks of the request, not of the channel: what is too long or
 * filtered is so at every channel, and must not make one look ill to everybody.
 */
export function judgeFault(error: GatewayError): JudgedFault {
  if (!(error instanceof VendorFault) || !MAY_REFUSE.has(error.code)) return blamed(error);
  const refusal = refusalOf(error.vendor);
  if (refusal === undefined && error.code !== REJECTED.code) return blamed(error);
  const { retry, blamesChannel } = REJECTED;
  const rejected = new GatewayError(REJECTED.code, error.vendor.message, { retry, kind: 'invalid' });
  return { error: rejected, blamesChannel, refusal };
}

function blamed(error: GatewayError): JudgedFault {
  return { error, blamesChannel: true, refusal: undefined };
}

/** A request that is at fault is so for the client, too. */
function rejectedKind(status: number): ErrorKind {
  if (status === 413) return 'too-large';
  return status === 409 ? 'conflict' : 'invalid';
}

function describe(failure: FailureClass, vendor: VendorError & { readonly status: number }): string {
  // The vendor's words about our credential may name it.
  if (failure.code === 'upstream_unauthorized') {
    return `The vendor refused the channel's credential (status ${vendor.status}): tell the operator of this gateway.`;
  }
  if (failure.relayed) return vendor.message;
  return `The vendor failed with status ${vendor.status}: ${vendor.message}`;
}
