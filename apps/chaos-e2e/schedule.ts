import { SeededRandom } from './seeded-random.js';
import type { VendorMood } from './vendor/chaos-vendor.js';
import { VENDOR_TROUBLE_NAMES } from './vendor/vendor-trouble.js';

/** One fault of a schedule, and what one vendor does wrong meanwhile. */
export interface Step {
  readonly fault: string;
  /** What fails at the same time. */
  readonly also?: readonly string[];
  /** How long the fault lasts, milliseconds. */
  readonly holdMs: number;
  readonly mood?: VendorMood;
}

export interface ScheduleInput {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly steps: number;
}

const HOLD_MS = { least: 500, most: 3_000 } as const;
/** So many faults meet a vendor that is in trouble, too. */
const MOOD_SHARE = 0.4;

/**
 * The faults of a seed: the same for the same seed. Seeds that follow each other deal from one pack, so that a row of
 * them plays every fault; in which order, how long and beside which trouble is each seed's own.
 */
export function drawSchedule({ seed, faults, steps }: ScheduleInput): readonly Step[] {
  const random = new SeededRandom(seed);
  const dealt = Array.from({ length: steps }, (_, index) => cardAt(seed * steps + index, faults));
  return random.shuffled(dealt).map((fault) => {
    const holdMs = random.between(HOLD_MS.least, HOLD_MS.most);
    const moody = random.chance(MOOD_SHARE);
    const mood = { trouble: random.pick(VENDOR_TROUBLE_NAMES), every: random.between(1, 4) };
    return { fault, holdMs, ...(moody ? { mood } : {}) };
  });
}

/** The pack is shuffled anew each time that it has been dealt. */
function cardAt(position: number, faults: readonly string[]): string {
  const pack = new SeededRandom(Math.floor(position / faults.length)).shuffled(faults);
  const card = pack[position % faults.length];
  if (card === undefined) throw new Error('There are no faults to draw from.');
  return card;
}

export function describeStep({ fault, holdMs, mood }: Step): string {
  const also = mood === undefined ? '' : `, one vendor ${mood.trouble} (1 in ${mood.every})`;
  return `${fault} for ${holdMs} ms${also}`;
}
