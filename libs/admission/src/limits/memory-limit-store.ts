import type { Clock } from '@tollgate/contracts';
import {
  aheadOf,
  SLOT_LIFETIME_MS,
  unitsOf,
  type Rate,
  type Correction,
  type HeldSlots,
  type Level,
  type LimitSet,
  type LimitStore,
  type SlotLimit,
  type TakeResult,
} from './limit-store.js';

/** Entries looked at with each request: more than it adds, so that what is idle is soon forgotten. */
const SWEPT_A_TAKE = 8;

interface Filling {
  level: Level;
  /** Monotonic milliseconds, whole. */
  at: number;
  /** When the rate is full and need not be remembered. */
  fullAt: number;
}

/** The limits of a single process: the same rules as in Redis, in maps that hold only what is not idle. */
export class MemoryLimitStore implements LimitStore {
  readonly #rates = new Map<string, Filling>();
  /** By slot limit: id of the request → when its slot is free, monotonic milliseconds. */
  readonly #slots = new Map<string, Map<string, number>>();
  readonly #clock: Pick<Clock, 'monotonic'>;
  #sweep = this.#rates.entries();

  constructor(options: { readonly clock: Pick<Clock, 'monotonic'> }) {
    this.#clock = options.clock;
  }

  /** All that is remembered: rates that are not full, a few that have become so, and slot limits with a slot taken. */
  get size(): number {
    return this.#rates.size + this.#slots.size;
  }

  take(limits: LimitSet, tokens: number, id: string, wanted?: readonly number[]): TakeResult {
    const now = Math.floor(this.#clock.monotonic());
    this.#forgetIdle(now);
    const refused = this.#refusal(limits, tokens, now);
    if (refused !== undefined) return refused;
    const levels: Level[] = [];
    const ahead: number[] = [];
    for (const [index, rate] of limits.rates.entries()) {
      const level = this.#add(rate, unitsOf(rate, tokens), now);
      const units = aheadOf(rate, level, wanted?.[index] ?? 0);
      levels.push(units === 0 ? level : this.#add(rate, units, now));
      ahead.push(units);
    }
    for (const { key } of limits.slots) this.#slotsOf(key).set(id, now + SLOT_LIFETIME_MS);
    return { status: 'taken', levels, ahead };
  }

  correct({ limits, amounts, id }: Correction): void {
    const now = Math.floor(this.#clock.monotonic());
    for (const [index, rate] of limits.rates.entries()) {
      const amount = amounts[index] ?? 0;
      if (amount !== 0) this.#add(rate, amount, now);
    }
    for (const { key } of limits.slots) {
      const slots = this.#slots.get(key);
      slots?.delete(id);
      if (slots?.size === 0) this.#slots.delete(key);
    }
  }

  renew(held: readonly HeldSlots[]): void {
    const until = Math.floor(this.#clock.monotonic()) + SLOT_LIFETIME_MS;
    for (const { id, slots } of held) for (const { key } of slots) this.#slotsOf(key).set(id, until);
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }

  #refusal(limits: LimitSet, tokens: number, now: number): TakeResult | undefined {
    let by: Rate | SlotLimit | undefined;
    let retryAfterMs = -1;
    for (const rate of limits.rates) {
      const { max, windowMs } = rate;
      const excess = this.#levelOf(rate, now) + (unitsOf(rate, tokens) - max) * windowMs;
      const waitMs = excess > 0 ? Math.ceil(excess / max) : -1;
      if (waitMs <= retryAfterMs) continue;
      by = rate;
      retryAfterMs = waitMs;
    }
    by ??= limits.slots.find((slot) => this.#heldOf(slot.key, now) >= slot.max);
    if (by === undefined) return undefined;
    const levels = limits.rates.map((rate) => this.#levelOf(rate, now));
    return { status: 'refused', by, retryAfterMs: Math.max(0, retryAfterMs), levels };
  }

  #levelOf({ key, max }: Rate, now: number): Level {
    const filling = this.#rates.get(key);
    return filling === undefined ? 0 : Math.max(0, filling.level - (now - filling.at) * max);
  }

  #add(rate: Rate, units: number, now: number): Level {
    const level = Math.max(0, this.#levelOf(rate, now) + units * rate.windowMs);
    const fullAt = now + Math.ceil(level / rate.max);
    const known = this.#rates.get(rate.key);
    if (known === undefined) {
      if (level > 0) this.#rates.set(rate.key, { level, at: now, fullAt });
      return level;
    }
    known.level = level;
    known.at = now;
    known.fullAt = fullAt;
    return level;
  }

  #heldOf(key: string, now: number): number {
    const slots = this.#slots.get(key);
    if (slots === undefined) return 0;
    for (const [id, until] of slots) if (until <= now) slots.delete(id);
    return slots.size;
  }

  #slotsOf(key: string): Map<string, number> {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slots = new Map<string, number>();
    this.#slots.set(key, slots);
    return slots;
  }

  /** A few entries at a time, going round: no request pays for a sweep of all. */
  #forgetIdle(now: number): void {
    for (let looked = 0; looked < SWEPT_A_TAKE; looked += 1) {
      const { value, done } = this.#sweep.next();
      if (done === true) {
        this.#sweep = this.#rates.entries();
        return;
      }
      if (value[1].fullAt <= now) this.#rates.delete(value[0]);
    }
  }
}
