import type { Level, LimitSet } from './limit-store.js';

/** How a request left the tightest of its limits; what clients are told in headers. */
export interface Standing {
  readonly max: number;
  readonly remaining: number;
  /** Until the bucket is full again. */
  readonly resetMs: number;
}

/** Of the buckets of one kind, that with the fewest units left; `undefined`: there is none. */
export function standingOf(
  { buckets }: LimitSet,
  levels: readonly Level[],
  kind: 'requests' | 'tokens',
): Standing | undefined {
  let tightest: Standing | undefined;
  for (let index = 0; index < buckets.length; index += 1) {
    const bucket = buckets[index];
    const level = levels[index];
    if (bucket === undefined || level === undefined) continue;
    if ((bucket.measure === 'tokens') !== (kind === 'tokens')) continue;
    const { max, windowMs } = bucket;
    const remaining = Math.max(0, Math.floor((max * windowMs - level) / windowMs));
    if (tightest !== undefined && tightest.remaining <= remaining) continue;
    tightest = { max, remaining, resetMs: Math.ceil(level / max) };
  }
  return tightest;
}
