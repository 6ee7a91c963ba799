import { describe, expect, it } from '@jest/globals';
import {
  describeLimitStore,
  describeTakingAhead,
  ManualClock,
  type LimitStoreHarness,
} from '@tollgate/testing';
import type { LimitSet } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';

const makeHarness = async (): Promise<LimitStoreHarness> => {
  const clock = new ManualClock();
  let lost = new MemoryLimitStore({ clock });
  // One that forgets: its data is what it is made of.
  const store = {
    take: (...input: Parameters<MemoryLimitStore['take']>) => lost.take(...input),
    correct: (...input: Parameters<MemoryLimitStore['correct']>) => lost.correct(...input),
    renew: (...input: Parameters<MemoryLimitStore['renew']>) => lost.renew(...input),
    close: () => lost.close(),
  };
  return {
    stores: [store, store],
    passTime: async (milliseconds) => clock.advance(milliseconds),
    loseData: async () => {
      lost = new MemoryLimitStore({ clock });
    },
    close: async () => undefined,
  };
};

describeLimitStore('memory', makeHarness);
describeTakingAhead('memory', makeHarness);

describe('limits in memory', () => {
  const limitsOf = (key: string): LimitSet => ({
    rates: [{ key, measure: 'requests', max: 60, windowMs: 60_000, label: '60 requests per minute' }],
    slots: [{ key: `${key}:slots`, max: 5, label: '5 at a time' }],
  });

  it('remember nothing of keys that are idle, however many there were', () => {
    const clock = new ManualClock();
    const store = new MemoryLimitStore({ clock });
    let most = 0;
    for (let key = 0; key < 1_000_000; key += 1) {
      const limits = limitsOf(`key:${key}`);
      store.take(limits, 0, 'request');
      store.correct({ limits, amounts: [0], id: 'request' });
      clock.advance(1);
      most = Math.max(most, store.size);
    }
    // A unit is missing for a second: a thousand keys are not idle at any time.
    expect(most).toBeLessThan(2_500);
  });

  it('forget those that all asked at one moment while others go on asking', () => {
    const clock = new ManualClock();
    const store = new MemoryLimitStore({ clock });
    const keys = Array.from({ length: 50_000 }, (_, key) => limitsOf(`key:${key}`));
    for (const limits of keys) store.take(limits, 0, 'request');
    expect(store.size).toBe(100_000);
    for (const limits of keys) store.correct({ limits, amounts: [0], id: 'request' });
    clock.advance(1_000);
    const busy = limitsOf('key:busy');
    for (let take = 0; take < 10_000; take += 1) {
      store.take(busy, 0, 'request');
      store.correct({ limits: busy, amounts: [0], id: 'request' });
      clock.advance(1_000);
    }
    expect(store.size).toBeLessThanOrEqual(1);
  });
});
