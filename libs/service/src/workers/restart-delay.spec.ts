import { describe, expect, it } from '@jest/globals';
import { RestartDelay } from './restart-delay.js';

describe('RestartDelay', () => {
  it('doubles while workers die young, up to a bound', () => {
    const delay = new RestartDelay();
    expect(Array.from({ length: 8 }, () => delay.next(10))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('begins again after a worker that lived long', () => {
    const delay = new RestartDelay();
    delay.next(10);
    delay.next(10);
    expect(delay.next(120_000)).toBe(500);
    expect(delay.next(10)).toBe(500);
  });
});
