/** What a rate measures: each request, its tokens, or each request that succeeded. */
export type Measure = 'requests' | 'tokens' | 'successes';

/**
 * A limit over time, as a token bucket: it holds `max` units, each of which comes back `windowMs / max` after another, so
 * an idle rate is full.
 * Never more than `max` units are taken at once, nor more than `max + max × t / windowMs` in any time `t`.
 * `max × windowMs` is a whole number below 2^53: adapters calculate exactly.
 */
export interface Rate {
  /** Whose it is, the same in every process; e.g. `key:<id>:rpm`. */
  readonly key: string;
  readonly measure: Measure;
  readonly max: number;
  readonly windowMs: number;
  /** For a person, e.g. `60 requests per minute of the API key`. */
  readonly label: string;
}

/** At most `max` requests under way at one time. */
export interface SlotLimit {
  readonly key: string;
  readonly max: number;
  /** For a person, e.g. `5 concurrent requests of the organisation`. */
  readonly label: string;
}

/** All limits of one request; made once and asked again and again. */
export interface LimitSet {
  readonly rates: readonly Rate[];
  readonly slots: readonly SlotLimit[];
}

/** The state of one rate: `taken × windowMs`, a whole number, where `taken` units are missing in it. */
export type Level = number;

export type TakeResult =
  /** The levels are those after this request, in the order of the set's rates. */
  | {
      readonly status: 'taken';
      readonly levels: readonly Level[];
      /** Units that were taken ahead, in the order of the set's rates; the levels have them. */
      readonly ahead: readonly number[];
    }
  /** Nothing was taken, from no rate. */
  | {
      readonly status: 'refused';
      readonly by: Rate | SlotLimit;
      /** When every rate has enough again, if nobody else takes from it; 0: by a slot, whose end nobody knows. */
      readonly retryAfterMs: number;
      readonly levels: readonly Level[];
    };

/** Slots of a request that is under way; they must be renewed before their time is over. */
export interface HeldSlots {
  readonly id: string;
  readonly slots: readonly SlotLimit[];
}

/** Corrects what was taken, at the end of the request. */
export interface Correction {
  readonly limits: LimitSet;
  /** Units, one for each rate: what was used beyond what was taken; negative: what comes back. */
  readonly amounts: readonly number[];
  /** Whose slots are free now. */
  readonly id: string;
}

/** Slots that nobody renewed for so long are free: the process that held them was killed. */
export const SLOT_LIFETIME_MS = 30_000;

/** Of what a rate has left, so large a part may be taken ahead of the requests that will use it. */
export const AHEAD_PART = 64;

/**
 * Rates and slots, shared by all proxies. A rate that is full and a slot that is free need no memory. A store that
 * lost its data is one with full rates: nothing is rebuilt, and nothing fails; slots come back when they are renewed.
 *
 * Rejects with GatewayError `admission_unavailable` when the store can't be asked.
 * Adapters: Redis (one script a call), memory. Both pass `describeLimitStore` of @tollgate/testing.
 */
export interface LimitStore {
  /**
   * Takes from all rates and one slot of each slot limit, or nothing at all.
   *
   * @param tokens taken from rates of tokens; of a rate that is smaller, its whole
   * @param id of the request; unique
   * @param wanted units to be taken ahead, of each rate: as many of them as `AHEAD_PART` allows of what is left then
   */
  take(
    limits: LimitSet,
    tokens: number,
    id: string,
    wanted?: readonly number[],
  ): TakeResult | Promise<TakeResult>;
  correct(correction: Correction): void | Promise<void>;
  /** Gives the slots another lifetime, whether the store remembers them or not. */
  renew(held: readonly HeldSlots[]): void | Promise<void>;
  close(): Promise<void>;
}

/** How much of what a rate wants ahead it gets, at a level. */
export function aheadOf({ max, windowMs }: Rate, level: Level, wanted: number): number {
  return Math.max(0, Math.min(wanted, Math.floor((max * windowMs - level) / (windowMs * AHEAD_PART))));
}

/** What the set takes from the rate: never more than it can hold, so that every request passes a full one. */
export function unitsOf({ measure, max }: Rate, tokens: number): number {
  return measure === 'tokens' ? Math.min(tokens, max) : 1;
}
