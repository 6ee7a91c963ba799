import { ERROR_CODES, GatewayError, type ErrorCode } from '@tollgate/contracts';
import type { ClientProxy } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import { reasonOf } from '../unavailable.js';

export interface CallRpcOptions {
  /** Longest wait for the reply, the connection included. */
  readonly timeoutMs: number;
}

/**
 * One typed request and its reply. Errors: the GatewayError that the handler threw (see `GatewayErrorRpcFilter`);
 * `service_unavailable` when nobody answers, in time or at all; `internal_error` for anything else that it threw.
 */
export async function callRpc<Request, Reply>(
  client: ClientProxy,
  pattern: string,
  request: Request,
  { timeoutMs }: CallRpcOptions,
): Promise<Reply> {
  try {
    return await firstValueFrom(client.send<Reply, Request>(pattern, request).pipe(timeout(timeoutMs)));
  } catch (error) {
    throw toGatewayError(pattern, error);
  }
}

/** What a handler threw arrives as a plain object; what happened on the way to it is an Error or a string. */
function toGatewayError(pattern: string, error: unknown): GatewayError {
  if (typeof error !== 'object' || error === null || error instanceof Error)
    return unanswered(pattern, error);
  const message = 'message' in error ? String(error.message) : 'It failed without a message.';
  if ('code' in error && isErrorCode(error.code)) return new GatewayError(error.code, message);
  return new GatewayError('internal_error', `The service that answers ${pattern} failed: ${message}.`, {
    exposure: 'internal',
  });
}

function unanswered(pattern: string, error: unknown): GatewayError {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const reason = timedOut ? 'no answer in time' : reasonOf(error);
  return new GatewayError('service_unavailable', `The service that answers ${pattern} is away: ${reason}.`, {
    exposure: 'internal',
    retryAfterSeconds: 1,
    cause: error,
  });
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}
