import type { Level, LimitSet } from './limit-store.js';

/** How a request left the tightest of its limits; what clients are told in headers. */
export interface Standing {
  readonly max: number;
  readonly remaining: number;
  /** Until the rate is full again. */
  readonly resetMs: number;
}

/** Of the rates of one kind, that with the fewest units left; `undefined`: there is none. */
export function standingOf(
  { rates }: LimitSet,
  levels: readonly Level[],
  kind: 'requests' | 'tokens',
): Standing | undefined {
  let tightest: Standing | undefined;
  for (let index = 0; index < rates.length; index += 1) {
    const rate = rates[index];
    const level = levels[index];
    if (rate === undefined || level === undefined) continue;
    if ((rate.measure === 'tokens') !== (kind === 'tokens')) continue;
    const { max, windowMs } = rate;
    const remaining = Math.max(0, Math.floor((max * windowMs - level) / windowMs));
    if (tightest !== undefined && tightest.remaining <= remaining) continue;
    tightest = { max, remaining, resetMs: Math.ceil(level / max) };
  }
  return tightest;
}
