import { SeededRandom } from './seeded-random.js';
import { VENDOR_TROUBLE_NAMES } from './vendor/vendor-trouble.js';
import type { VendorMood } from './vendor/chaos-vendor.js';

/** One fault of a schedule, and what one vendor does wrong meanwhile. */
export interface Step {
  readonly fault: string;
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

/** The faults of a seed: the same for the same seed, none twice before each was there once. */
export function drawSchedule({ seed, faults, steps }: ScheduleInput): readonly Step[] {
  const random = new SeededRandom(seed);
  const drawn: Step[] = [];
  while (drawn.length < steps) {
    for (const fault of random.shuffled(faults).slice(0, steps - drawn.length)) {
      const holdMs = random.between(HOLD_MS.least, HOLD_MS.most);
      const moody = random.chance(MOOD_SHARE);
      const mood = { trouble: random.pick(VENDOR_TROUBLE_NAMES), every: random.between(1, 4) };
      drawn.push({ fault, holdMs, ...(moody ? { mood } : {}) });
    }
  }
  return drawn;
}

export function describeStep({ fault, holdMs, mood }: Step): string {
  const also = mood === undefined ? '' : `, a vendor does ${mood.trouble} every ${mood.every}. time`;
  return `${fault} for ${holdMs} ms${also}`;
}
