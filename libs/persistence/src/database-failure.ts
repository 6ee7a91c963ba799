import { GatewayError } from '@tollgate/contracts';
import { parseDatabaseAddress } from './database-address.js';
import { codeOf, messageOf } from './thrown.js';

const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the network is unreachable',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no answer in time',
};

/** SQLSTATE codes that mean: not now, or not for you (https://www.postgresql.org/docs/18/errcodes-appendix.html). */
const SERVER_REASONS: Readonly<Record<string, string>> = {
  '28000': 'it refuses this user',
  '28P01': 'it refuses this user and password',
  '3D000': 'it has no such database',
  '53300': 'it has too many connections',
  '57P01': 'it is shutting down',
  '57P02': 'it is recovering from a crash',
  '57P03': 'it is starting up or shutting down',
};

/**
 * The failure of a connection as one sentence that names host, port, user and database, never the password.
 * Anything that is not a failure to connect comes back as it is.
 */
export function describeDatabaseFailure(error: unknown, url: string): unknown {
  const reason = error instanceof GatewayError ? undefined : connectionReason(error);
  if (reason === undefined) return error;
  const { host, port, user, database } = parseDatabaseAddress(url);
  return new GatewayError(
    'service_unavailable',
    `Postgres at ${host}:${String(port)} (database "${database}", user "${user}") can't be used: ${reason}. ` +
      `Start it or correct the database URL.`,
    { exposure: 'internal', cause: error },
  );
}

/** Why no connection came about or why it ended; `undefined` when the error is about something else. */
export function connectionReason(error: unknown): string | undefined {
  const code = codeOf(error);
  const reason = code === undefined ? undefined : (NETWORK_REASONS[code] ?? SERVER_REASONS[code]);
  if (reason !== undefined) return reason;
  const message = messageOf(error);
  if (/timeout expired|timeout exceeded/i.test(message)) return 'no answer in time';
  if (/connection terminated|connection ended|not queryable/i.test(message)) {
    return 'the connection was closed';
  }
  return undefined;
}
