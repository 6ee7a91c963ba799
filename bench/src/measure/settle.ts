import { setTimeout as delay } from 'node:timers/promises';
import { cpuMicroseconds } from './processes.ts';

const WINDOW_MS = 100;
/** CPU time of all processes together, in a window. */
const QUIET_US = 5_000;

/**
 * Waits until none of the processes is busy any more: a gateway's trailing work belongs to its own sample, and what stands
 * behind it must not disturb the next one's.
 */
export async function settle(pids: readonly number[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let before = cpuMicroseconds(pids);
  do {
    await delay(WINDOW_MS);
    const now = cpuMicroseconds(pids);
    if (now - before < QUIET_US) return;
    before = now;
  } while (performance.now() < deadline);
}
