import { systemClock, type Clock } from '@tollgate/contracts';
import { systemTimers, type Timers } from '../timers.js';
import {
  aheadOf,
  unitsOf,
  type Correction,
  type HeldSlots,
  type Level,
  type LimitSet,
  type LimitStore,
  type Rate,
  type TakeResult,
} from './limit-store.js';

/** What was taken ahead and is not used in a period goes back at its end, but for as much as was used in it. */
const PERIOD_MS = 1_000;
/** More is asked for when so large a part of what there was is left: nobody has to wait for it. */
const LOW_PART = 4;
/** Rates that are given back to in one call. */
const GIVEN_BACK_MAX = 64;

/** One rate in this process. In units of the rate, but for the level. */
interface Slice {
  readonly rate: Rate;
  /** Taken ahead, and used by no request yet. */
  left: number;
  /** Used by requests in this period, however it was taken; and in the one before. */
  used: number;
  pace: number;
  /** As much as may be left: what could be taken ahead when the store was asked last. */
  most: number;
  /** In the store when it was asked last, with all that was taken ahead; and when that was, monotonic milliseconds. */
  level: Level;
  levelAt: number;
  /** Where more is asked for. */
  low: number;
  /** The store is being asked for more. */
  asking: boolean;
}

interface GivenBack {
  readonly rate: Rate;
  readonly units: number;
}

export interface SlicedLimitStoreOptions {
  readonly clock?: Pick<Clock, 'monotonic'>;
  readonly timers?: Timers;
}

/**
 * A store that is asked less often. Of rates that have plenty left a process takes some units ahead, as many as it used of
 * late, and lets the next requests pass by itself. What one process has taken no other gives away: no more passes than the
 * rates allow, though a little later.
 *
 * A rate of which little is left, and whatever needs a slot, is asked for each request. Once the store did not answer,
 * nothing passes without it.
 */
export class SlicedLimitStore implements LimitStore {
  readonly #slices = new Map<string, Slice>();
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #stopPeriods: () => void;

  /** @param store closed with this one */
  constructor(
    private readonly store: LimitStore,
    { clock = systemClock, timers = systemTimers }: SlicedLimitStoreOptions = {},
  ) {
    this.#clock = clock;
    this.#stopPeriods = timers.repeat(PERIOD_MS, () => void this.#endPeriod());
  }

  /** Rates that are remembered: those that were used in this period and the one before. */
  get size(): number {
    return this.#slices.size;
  }

  take(limits: LimitSet, tokens: number, id: string): TakeResult | Promise<TakeResult> {
    if (limits.slots.length > 0) return this.store.take(limits, tokens, id);
    for (const rate of limits.rates) {
      const slice = this.#slices.get(rate.key);
      if (slice === undefined || !isOf(slice, rate) || !covers(slice, unitsOf(rate, tokens)))
        return this.#ask(limits, tokens, id);
    }
    const now = this.#clock.monotonic();
    const levels = limits.rates.map((rate) => {
      const slice = this.#sliceOf(rate);
      const units = unitsOf(rate, tokens);
      slice.left -= units;
      slice.used += units;
      if (slice.left <= slice.low && !slice.asking) void this.#askAhead(slice);
      return levelOf(slice, now);
    });
    return { status: 'taken', levels, ahead: [] };
  }

  correct(correction: Correction): void | Promise<void> {
    const { limits, amounts, id } = correction;
    if (limits.slots.length > 0) return this.store.correct(correction);
    const rest = limits.rates.map((rate, index) => this.#absorb(rate, amounts[index] ?? 0));
    if (rest.some((amount) => amount !== 0)) return this.store.correct({ limits, amounts: rest, id });
  }

  renew(held: readonly HeldSlots[]): void | Promise<void> {
    return this.store.renew(held);
  }

  async close(): Promise<void> {
    this.#stopPeriods();
    const slices = [...this.#slices.values()];
    this.#slices.clear();
    await Promise.all([
      this.#giveBack(slices.map(({ rate, left }) => ({ rate, units: left }))),
      this.store.close(),
    ]);
  }

  async #ask(limits: LimitSet, tokens: number, id: string): Promise<TakeResult> {
    const slices = limits.rates.map((rate) => this.#sliceOf(rate));
    const wanted = slices.map(wantedBy);
    const asking = slices.filter((_slice, index) => wanted[index] !== 0);
    for (const slice of asking) slice.asking = true;
    try {
      const result = await this.store.take(limits, tokens, id, wanted);
      if (result.status === 'refused') return result;
      const levels = slices.map((slice, index) => {
        slice.used += unitsOf(slice.rate, tokens);
        return this.#told(slice, result.levels[index] ?? 0, result.ahead[index] ?? 0);
      });
      return { status: 'taken', levels, ahead: [] };
    } catch (error) {
      this.#slices.clear();
      throw error;
    } finally {
      for (const slice of asking) slice.asking = false;
    }
  }

  /** For requests to come. */
  async #askAhead(slice: Slice): Promise<void> {
    // Of tokens none is as good as no request.
    const limits: LimitSet = { rates: [{ ...slice.rate, measure: 'tokens' }], slots: [] };
    const wanted = [wantedBy(slice)];
    slice.asking = true;
    try {
      const { levels, ...result } = await this.store.take(limits, 0, '', wanted);
      if (result.status === 'taken') this.#told(slice, levels[0] ?? 0, result.ahead[0] ?? 0);
    } catch {
      // The next request asks itself, and says that the store can't be asked.
      this.#slices.clear();
    } finally {
      slice.asking = false;
    }
  }

  #told(slice: Slice, level: Level, ahead: number): Level {
    slice.level = level;
    slice.levelAt = this.#clock.monotonic();
    slice.left += ahead;
    slice.low = Math.floor(slice.left / LOW_PART);
    slice.most = aheadOf(slice.rate, level, Infinity);
    return levelOf(slice, slice.levelAt);
  }

  #sliceOf(rate: Rate): Slice {
    const known = this.#slices.get(rate.key);
    if (known !== undefined && isOf(known, rate)) return known;
    if (known !== undefined) void this.#giveBack([{ rate: known.rate, units: known.left }]);
    const slice: Slice = {
      ...{ rate, left: 0, used: 0, pace: 0, most: 0, low: 0, level: 0, levelAt: 0 },
      asking: false,
    };
    this.#slices.set(rate.key, slice);
    return slice;
  }

  /** @returns what of a correction is the store's to know */
  #absorb(rate: Rate, amount: number): number {
    const slice = this.#slices.get(rate.key);
    if (amount === 0 || slice === undefined || !isOf(slice, rate)) return amount;
    const absorbed = amount > slice.left ? 0 : Math.max(amount, Math.min(0, slice.left - slice.most));
    const rest = amount - absorbed;
    slice.left -= absorbed;
    slice.used = Math.max(0, slice.used + absorbed);
    slice.level += rest * rate.windowMs;
    return rest;
  }

  async #endPeriod(): Promise<void> {
    const back: GivenBack[] = [];
    for (const [key, slice] of this.#slices) {
      const { rate, left, used, asking } = slice;
      const kept = Math.min(left, used);
      if (left > kept) back.push({ rate, units: left - kept });
      if (used === 0 && !asking) this.#slices.delete(key);
      Object.assign(slice, { left: kept, pace: used, used: 0 });
    }
    await this.#giveBack(back);
  }

  async #giveBack(all: readonly GivenBack[]): Promise<void> {
    const some = all.filter(({ units }) => units > 0);
    const telling: Promise<void>[] = [];
    for (let start = 0; start < some.length; start += GIVEN_BACK_MAX) {
      telling.push(this.#giveBackSome(some.slice(start, start + GIVEN_BACK_MAX)));
    }
    await Promise.all(telling);
  }

  async #giveBackSome(some: readonly GivenBack[]): Promise<void> {
    const limits = { rates: some.map(({ rate }) => rate), slots: [] };
    try {
      await this.store.correct({ limits, amounts: some.map(({ units }) => -units), id: '' });
    } catch {
      // What the store does not hear of heals by itself: rates fill.
      this.#slices.clear();
    }
  }
}

/** Who has nothing ahead does not even know the level. */
function covers({ left }: Slice, units: number): boolean {
  return left > 0 && left >= units;
}

function isOf({ rate: { max, windowMs } }: Slice, rate: Rate): boolean {
  return max === rate.max && windowMs === rate.windowMs;
}

/** For as long again as the slices before lasted, or for the pace of the last period. */
function wantedBy({ asking, pace, used, left }: Slice): number {
  return asking ? 0 : Math.max(0, Math.max(pace, 2 * used) - left);
}

/** As this process knows it: without what it took ahead and did not use. */
function levelOf({ rate: { max, windowMs }, level, levelAt, left }: Slice, now: number): Level {
  return Math.max(0, Math.ceil(level - (now - levelAt) * max) - left * windowMs);
}
