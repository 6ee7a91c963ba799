import { HttpException } from '@nestjs/common';
import { ERROR_CODES, type ErrorCode, type ErrorKind, GatewayError } from '@tollgate/contracts';
import { type FieldError, ValidationFailed } from './validation-failed.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** An error as the control API answers it (RFC 9457). */
export interface Problem {
  /** `urn:tollgate:problem:<code>`. */
  readonly type: string;
  /** The same for every problem of a kind. */
  readonly title: string;
  readonly status: number;
  /** What went wrong this time, for a person. */
  readonly detail: string;
  readonly code: ErrorCode;
  readonly requestId: string;
  /** Every wrong field of a request. */
  readonly errors?: readonly FieldError[];
}

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Ours to look into: logged with the error itself, which the caller never sees. */
  readonly isOurFault: boolean;
}

const KINDS: Readonly<Record<ErrorKind, { readonly status: number; readonly title: string }>> = {
  invalid: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'The caller is not known' },
  unpaid: { status: 402, title: 'The balance does not cover it' },
  denied: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'It conflicts with what exists' },
  'too-large': { status: 413, title: 'The request is too large' },
  limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  upstream: { status: 502, title: 'The model vendor failed' },
  unavailable: { status: 503, title: 'The service is not available now' },
  timeout: { status: 504, title: 'It took too long' },
};

/** How statuses that the HTTP framework chooses by itself read as our codes. */
const FRAMEWORK_CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'invalid_access_token',
  403: 'permission_denied',
  404: 'unknown_path',
  405: 'method_not_allowed',
  409: 'already_exists',
  413: 'request_too_large',
  429: 'rate_limited',
  503: 'service_unavailable',
};

/** Every error as a problem document. Unknown errors and internal messages become one general sentence. */
export function toProblem(error: unknown, requestId: string): ProblemAnswer {
  if (error instanceof GatewayError) {
    return ofGatewayError(error, requestId);
  }
  const status = clientErrorStatus(error);
  return status === undefined
    ? internal(requestId)
    : answer({
        code: FRAMEWORK_CODES[status] ?? 'invalid_request',
        detail: messageOf(error),
        requestId,
        status,
      });
}

function ofGatewayError(error: GatewayError, requestId: string): ProblemAnswer {
  if (error.kind === 'internal') {
    return internal(requestId);
  }
  const detail =
    error.exposure === 'public' ? error.message : `${KINDS[error.kind].title}. Quote request ${requestId}.`;
  const field = error.field === undefined ? undefined : [{ field: error.field, message: error.message }];
  const result = answer({
    code: error.code,
    detail,
    requestId,
    errors: error instanceof ValidationFailed ? error.errors : field,
  });
  return {
    ...result,
    isOurFault: error.exposure === 'internal',
    headers: {
      ...result.headers,
      ...(error.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(Math.ceil(error.retryAfterSeconds)) }),
    },
  };
}

function internal(requestId: string): ProblemAnswer {
  const detail = `Something went wrong on our side. Quote request ${requestId} to the operator.`;
  return { ...answer({ code: 'internal_error', detail, requestId }), isOurFault: true };
}

interface AnswerInput {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly requestId: string;
  /** Default: what the code's kind says. */
  readonly status?: number;
  readonly errors?: readonly FieldError[] | undefined;
}

function answer({ code, detail, requestId, status, errors }: AnswerInput): ProblemAnswer {
  const kind = KINDS[ERROR_CODES[code]];
  return {
    problem: {
      type: `urn:tollgate:problem:${code}`,
      title: kind.title,
      status: status ?? kind.status,
      detail,
      code,
      requestId,
      ...(errors === undefined ? {} : { errors }),
    },
    headers: ERROR_CODES[code] === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {},
    isOurFault: false,
  };
}

/** 4xx of Nest's exceptions and of Fastify's errors; anything else is ours. */
function clientErrorStatus(error: unknown): number | undefined {
  const status: unknown =
    error instanceof HttpException
      ? error.getStatus()
      : typeof error === 'object' && error !== null && 'statusCode' in error
        ? error.statusCode
        : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** One line, whatever the framework wrote. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').trim() : '';
  return message === '' ? 'The request can not be answered.' : message;
}
