import { setTimeout as delay } from 'node:timers/promises';
import { cpuMicroseconds } from './processes.ts';

const WINDOW_MS = 100;
/** Of one core, by all processes together: the servers behind two idle Tollgates use some 6 %. */
const QUIET_SHARE = 0.1;

export interface Quiet {
  /** For so long; default: a window. */
  readonly quietMs?: number;
  /** Looked at so often, in milliseconds; default: 100. */
  readonly windowMs?: number;
}

/** An aftermath that does nothing for so long is over: it gathers what it does. */
export const AFTERMATH_OVER: Quiet = { quietMs: 400 };

/**
 * Waits until none of the processes has been busy for a while: a gateway's trailing work belongs to its own sample, and
 * what stands behind it must not disturb the next one's.
 */
export async function settle(pids: readonly number[], timeoutMs: number, quiet: Quiet = {}): Promise<void> {
  const { windowMs = WINDOW_MS, quietMs = windowMs } = quiet;
  const deadline = performance.now() + timeoutMs;
  let before = cpuMicroseconds(pids);
  let quietForMs = 0;
  while (quietForMs < quietMs && performance.now() < deadline) {
    await delay(windowMs);
    const now = cpuMicroseconds(pids);
    quietForMs = now - before < QUIET_SHARE * windowMs * 1_000 ? quietForMs + windowMs : 0;
    before = now;
  }
}
