import { describe, expect, it } from '@jest/globals';
import { median, percentile, spread } from './statistics.js';

describe('statistics of samples', () => {
  it('take the middle of any order, between the two middle ones of an even number', () => {
    expect(median([30, 10, 20])).toBe(20);
    expect(median([40, 10, 30, 20])).toBe(25);
    expect(median([7])).toBe(7);
  });

  it('sort as numbers, not as text', () => {
    expect(median([100, 9, 20])).toBe(20);
  });

  it('reach from the least to the greatest', () => {
    const values = Array.from({ length: 101 }, (_, index) => 200 - index);
    expect([0, 50, 99, 100].map((percent) => percentile(values, percent))).toEqual([100, 150, 199, 200]);
  });

  it('leave outliers out of the spread', () => {
    expect(spread([9, 10, 10, 11, 1_000])).toBeCloseTo(0.1);
    expect(spread([0, 0])).toBe(0);
  });

  it('refuse to speak about nothing', () => {
    expect(() => median([])).toThrow('No values');
  });
});
