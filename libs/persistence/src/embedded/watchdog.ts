import { spawn } from 'node:child_process';
import { SERVER_ENVIRONMENT } from './server-environment.js';
import { type ServerIdentity } from './server-identity.js';
import { type LoggerPort } from '../logger-port.js';

/** Ends the watch without touching the server. */
export interface Watchdog {
  dismiss(): void;
}

/**
 * Waits for a line, which dismisses it. The end of the pipe without one means that the parent died: then it stops the
 * server, fast and if need be at once.
 */
const SCRIPT = `
read -r line && exit 0
kill -INT "$1" || exit 0
tries=0
while kill -0 "$1" 2>/dev/null; do
  [ "$tries" -eq 300 ] && kill -QUIT "$1"
  tries=$((tries + 1))
  sleep 0.1 2>/dev/null || sleep 1
done`;

/**
 * Starts a shell that stops the server when this process ends without having done so, by `kill -9` too: the kernel
 * then closes our end of the pipe that the shell reads.
 */
export function startWatchdog(
  serverPid: number,
  identity: ServerIdentity | undefined,
  logger: LoggerPort,
): Watchdog {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'tollgate-postgres-watchdog', String(serverPid)], {
    ...identity,
    // Its own session: Ctrl-C in the terminal must not reach it.
    detached: true,
    cwd: '/',
    env: { ...SERVER_ENVIRONMENT, PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', (error) => {
    logger.warn({ error }, 'No shell watches the embedded Postgres: a killed parent leaves it running.');
  });
  shell.stdin.on('error', (error) => {
    logger.debug({ error }, 'The watchdog of the embedded Postgres has ended before it was dismissed.');
  });
  shell.unref();
  return {
    dismiss: () => {
      shell.stdin.end('dismissed\n');
    },
  };
}
