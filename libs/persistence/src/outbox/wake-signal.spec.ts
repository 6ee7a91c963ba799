import { describe, expect, it } from '@jest/globals';
import { WakeSignal } from './wake-signal.js';

const LONG_MS = 60_000;

describe('the wake signal', () => {
  it('wakes a waiter long before its time', async () => {
    const signal = new WakeSignal();
    const waiting = signal.wait(LONG_MS);
    signal.raise();
    await expect(waiting).resolves.toBeUndefined();
  });

  it('keeps a wake-up that came before the wait, once', async () => {
    const signal = new WakeSignal();
    signal.raise();
    signal.raise();
    await signal.wait(LONG_MS);
    const began = performance.now();
    await signal.wait(10);
    expect(performance.now() - began).toBeGreaterThanOrEqual(8);
  });
});
