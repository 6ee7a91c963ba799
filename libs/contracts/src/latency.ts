import { z } from 'zod';

/**
 * Latencies are told as counts of logarithmic buckets, which can be added up over proxies and time. Bucket `n` stands for
 * 2^(n/4) ms: neighbours differ by 19 %, so that a percentile is off by 9 % at most.
 */
const BUCKETS_AN_OCTAVE = 4;
const OCTAVES = 20;
/** From a millisecond to 2^20 ms, some 17 minutes; what is shorter or longer counts as that. */
export const LATENCY_BUCKETS = OCTAVES * BUCKETS_AN_OCTAVE + 1;

/** The bucket of a latency. */
export function latencyBucket(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(LATENCY_BUCKETS - 1, Math.round(Math.log2(ms) * BUCKETS_AN_OCTAVE));
}

/** What a bucket stands for, in milliseconds. */
export function latencyOfBucket(bucket: number): number {
  return 2 ** (bucket / BUCKETS_AN_OCTAVE);
}

/** Pairs of bucket and count, each bucket at most once; empty ones are left out. */
export const latencyCounts = z
  .array(
    z.tuple([
      z
        .number()
        .int()
        .min(0)
        .max(LATENCY_BUCKETS - 1),
      z.number().int().min(1),
    ]),
  )
  .max(LATENCY_BUCKETS);
export type LatencyCounts = readonly (readonly [bucket: number, count: number])[];
