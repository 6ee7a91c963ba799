import { GatewayError } from '@tollgate/contracts';

/** The error of every call that could not reach its server; `what` is a clause such as `The event log could not be reached`. */
export function unavailable(what: string, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return new GatewayError('service_unavailable', `${what}: ${reasonOf(cause)}.`, {
    cause,
    exposure: 'internal',
    retryAfterSeconds: 1,
  });
}

/** One line for people. Connection failures of Node carry their text in `code` or in nested errors only. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    return (error.message || code).replace(/\.$/, '');
  }
  return String(error);
}
