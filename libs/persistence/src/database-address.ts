import { GatewayError } from '@tollgate/contracts';

/** What may be shown of a database URL: never the password. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

const PORT_DEFAULT = 5432;

/**
 * Reads `postgres://user:password@host:port/database`.
 *
 * @throws GatewayError `service_unavailable` with a sentence that does not repeat the text: it may hold a password
 */
export function parseDatabaseAddress(url: string): DatabaseAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new GatewayError(
      'service_unavailable',
      'The database URL is no Postgres URL: write postgres://user:password@host:port/database.',
      { exposure: 'internal' },
    );
  }
  const user = decoded(parsed.username);
  return {
    host: parsed.searchParams.get('host') ?? (parsed.hostname === '' ? 'localhost' : parsed.hostname),
    port: Number(parsed.searchParams.get('port') ?? (parsed.port === '' ? PORT_DEFAULT : parsed.port)),
    user,
    database: decoded(parsed.pathname.slice(1)) || user,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
