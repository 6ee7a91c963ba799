import { describe, expect, it } from '@jest/globals';
import { Wakeup } from './wakeup.js';

const LONG_MS = 60_000;

describe('Wakeup', () => {
  it('ends a sleep when woken', async () => {
    const wakeup = new Wakeup();
    const sleep = wakeup.sleep(LONG_MS);
    wakeup.wake();
    await expect(sleep).resolves.toBeUndefined();
  });

  it('does not sleep when woken before', async () => {
    const wakeup = new Wakeup();
    wakeup.wake();
    await expect(wakeup.sleep(LONG_MS)).resolves.toBeUndefined();
  });

  it('forgets a wake-up once it ended a sleep', async () => {
    const wakeup = new Wakeup();
    wakeup.wake();
    await wakeup.sleep(LONG_MS);
    let ended = false;
    const second = wakeup.sleep(LONG_MS).then(() => (ended = true));
    await Promise.resolve();
    expect(ended).toBe(false);
    wakeup.wake();
    await second;
    expect(ended).toBe(true);
  });

  it('ends by itself after the time', async () => {
    await expect(new Wakeup().sleep(1)).resolves.toBeUndefined();
  });
});
