import { setTimeout as delay } from 'node:timers/promises';
import { cpuMicroseconds } from './processes.ts';

const WINDOW_MS = 100;
/** CPU time of all processes together, in a window: the servers behind two idle Tollgates use some 6,000. */
const QUIET_US = 10_000;

/**
 * Waits until none of the processes has been busy for a while: a gateway's trailing work belongs to its own sample, and
 * what stands behind it must not disturb the next one's.
 */
export async function settle(pids: readonly number[], timeoutMs: number, quietMs = WINDOW_MS): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let before = cpuMicroseconds(pids);
  let quietForMs = 0;
  while (quietForMs < quietMs && performance.now() < deadline) {
    await delay(WINDOW_MS);
    const now = cpuMicroseconds(pids);
    quietForMs = now - before < QUIET_US ? quietForMs + WINDOW_MS : 0;
    before = now;
  }
}
