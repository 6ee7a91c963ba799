/** Doubles from `firstMs` to `lastMs`; attempts count from 1. */
export function backoffMs(attempt: number, firstMs: number, lastMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(attempt - 1, 30), lastMs);
}

/** Delay before a message whose handler threw is delivered again: 250 ms, doubling to a minute. */
export function redeliveryDelayMs(attempt: number): number {
  return backoffMs(attempt, 250, 60_000);
}
