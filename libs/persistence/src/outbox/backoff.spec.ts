import { describe, expect, it } from '@jest/globals';
import { Backoff } from './backoff.js';

describe('the back-off', () => {
  it('doubles from 100 ms to 5 s and begins anew after a success', () => {
    const backoff = new Backoff();
    const pauses = Array.from({ length: 8 }, () => backoff.nextMs(0));
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    backoff.reset();
    expect(backoff.nextMs(0)).toBe(100);
  });

  it('shortens a pause by up to half at random', () => {
    expect(new Backoff().nextMs(0.5)).toBe(75);
    expect(new Backoff().nextMs(0.999)).toBeCloseTo(50, 0);
  });
});
