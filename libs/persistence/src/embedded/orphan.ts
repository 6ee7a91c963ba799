import { setTimeout as pause } from 'node:timers/promises';
import { embeddedFailure } from './embedded-failure.js';
import { isAlive, postmasterState, removePostmasterFile } from './postmaster-file.js';
import { type LoggerPort } from '../logger-port.js';

const FAST_SHUTDOWN_TIMEOUT_MS = 30_000;
const IMMEDIATE_SHUTDOWN_TIMEOUT_MS = 5_000;
const POLL_MS = 20;

/**
 * Makes way on a data directory whose lock we hold: a server that still runs there has lost its parent. It is stopped,
 * not adopted: its settings, its watchdog and the pipe that it logs to died with the parent.
 *
 * @throws GatewayError `service_unavailable` when it does not end
 */
export async function stopOrphan(dataDirectory: string, logger: LoggerPort): Promise<void> {
  const state = postmasterState(dataDirectory);
  switch (state.kind) {
    case 'absent':
    case 'stale':
      return;
    case 'reused':
      logger.info({ dataDirectory, pid: state.pid }, 'Removed the lock file that a killed Postgres left.');
      removePostmasterFile(dataDirectory);
      return;
    case 'running':
      logger.warn({ dataDirectory, pid: state.pid }, 'Stopping a Postgres whose parent was killed.');
      await stopProcess(state.pid, dataDirectory);
  }
}

async function stopProcess(pid: number, dataDirectory: string): Promise<void> {
  try {
    process.kill(pid, 'SIGINT');
    if (await hasEnded(pid, FAST_SHUTDOWN_TIMEOUT_MS)) return;
    process.kill(pid, 'SIGQUIT');
    if (await hasEnded(pid, IMMEDIATE_SHUTDOWN_TIMEOUT_MS)) return;
  } catch (error) {
    if (!isAlive(pid)) return;
    throw stuck(pid, dataDirectory, error);
  }
  throw stuck(pid, dataDirectory);
}

function stuck(pid: number, dataDirectory: string, cause?: unknown): Error {
  return embeddedFailure(
    `Postgres process ${String(pid)} on the data directory ${dataDirectory} can't be stopped: end it, then start again.`,
    cause,
  );
}

async function hasEnded(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await pause(POLL_MS);
  }
  return true;
}
