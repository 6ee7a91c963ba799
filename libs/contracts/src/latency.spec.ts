import { describe, expect, it } from '@jest/globals';
import { LATENCY_BUCKETS, latencyBucket, latencyOfBucket } from './latency.js';

describe('latencies by bucket', () => {
  it('stand for what they were, within 9 %', () => {
    for (let ms = 1; ms < 1_000_000; ms *= 1.07) {
      expect(Math.abs(latencyOfBucket(latencyBucket(ms)) / ms - 1)).toBeLessThan(0.091);
    }
  });

  it.each([
    [Number.NaN, 0],
    [-1, 0],
    [0, 0],
    [0.3, 0],
    [1e9, LATENCY_BUCKETS - 1],
    [Infinity, LATENCY_BUCKETS - 1],
  ])('of %d ms are in a bucket that there is', (ms, bucket) => {
    expect(latencyBucket(ms)).toBe(bucket);
  });
});
