import { join } from 'node:path';

export interface ServerArgumentsInput {
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  /** Postgres settings that win over ours. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The shortest limit of the systems we run on: 104 bytes with the end mark on macOS, 108 on Linux. */
const SOCKET_PATH_BYTES_MAX = 103;

/** Made for one gateway on one machine. No statement, and so no secret, ever gets into the log. */
export function serverArguments({ dataDirectory, host, port, parameters }: ServerArgumentsInput): string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: host,
    port: String(port),
    unix_socket_directories: socketDirectory(dataDirectory, port),
    shared_buffers: '64MB',
    max_connections: '100',
    max_wal_size: '256MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    jit: 'off',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    lc_messages: 'C',
    ...parameters,
  };
  return [
    '-D',
    dataDirectory,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** For people with `psql`. None where the path is too long for a socket or would not survive as a list item. */
export function socketDirectory(dataDirectory: string, port: number): string {
  const socket = join(dataDirectory, `.s.PGSQL.${String(port)}`);
  const fits = Buffer.byteLength(socket) <= SOCKET_PATH_BYTES_MAX;
  return fits && !/[,"\s]/.test(dataDirectory) ? dataDirectory : '';
}
