import { describe, expect, it } from '@jest/globals';
import { runSeed } from './run-seed.js';

/** A part of `npm run chaos`, which plays every fault with many seeds. */
describe('a gateway under traffic', () => {
  it('has every invariant again after a proxy was killed', async () => {
    const { violations, requests, records } = await runSeed({
      seed: 1,
      steps: 1,
      faults: ['proxy-1 killed'],
      say: () => undefined,
    });
    expect(violations).toEqual([]);
    expect(requests.complete).toBeGreaterThan(20);
    expect(records).toBeGreaterThanOrEqual(requests.complete);
  }, 180_000);
});
