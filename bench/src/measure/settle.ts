import { setTimeout as delay } from 'node:timers/promises';
import { cpuMicroseconds, processTree } from './processes.ts';

const WINDOW_MS = 100;
/** All processes of the bench together, in a window. */
const QUIET_US = 10_000;

/**
 * Waits until nothing that the bench started is busy any more: a gateway's trailing work belongs to its own sample, and
 * what stands behind it must not disturb the next one's.
 */
export async function settle(timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const children = processTree(process.pid).slice(1);
  let before = cpuMicroseconds(children);
  do {
    await delay(WINDOW_MS);
    const now = cpuMicroseconds(children);
    if (now - before < QUIET_US) return;
    before = now;
  } while (performance.now() < deadline);
}
