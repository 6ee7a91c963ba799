import { GatewayError } from '@tollgate/contracts';

/** Why the embedded Postgres can't be had: one line for the terminal, what and where and what to do. */
export function embeddedFailure(message: string, cause?: unknown): GatewayError {
  return new GatewayError('service_unavailable', message, { exposure: 'internal', cause });
}
