import { GatewayError } from '@tollgate/contracts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** The setting that chooses the port, e.g. `TOLLGATE_ADMIN_PORT`. */
  readonly portSetting: string;
}

/** Why a server could not listen, as one sentence that says what to change. */
export function listenFailure(error: unknown, address: ListenAddress): GatewayError {
  const { host, port, portSetting } = address;
  return new GatewayError('service_unavailable', sentence(systemErrorCode(error)), { cause: error });

  function sentence(code: string | undefined): string {
    switch (code) {
      case 'EADDRINUSE':
        return `Port ${port} is already in use: set ${portSetting} to a free port or stop the program that uses it.`;
      case 'EACCES':
        return `Port ${port} may not be opened by this user: set ${portSetting} to a port above 1023.`;
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        return `The address ${host} is not one of this machine: set TOLLGATE_HOST to an address to listen on.`;
      default:
        return `Listening on ${host}:${port} failed${code === undefined ? '' : ` (${code})`}: check TOLLGATE_HOST and ${portSetting}.`;
    }
  }
}

function systemErrorCode(error: unknown): string | undefined {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
