import { GatewayError, systemClock, type Clock } from '@tollgate/contracts';
import type { AdmissionLogger } from '../logger.js';
import { systemTimers, type Timers } from '../timers.js';
import { LimitReservation } from './limit-reservation.js';
import type { Rate, Level, LimitSet, LimitStore, SlotLimit, TakeResult } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';
import { StoreOutage } from './store-outage.js';
import { UnfreedSlots } from './unfreed-slots.js';

export interface RateLimiterOptions {
  readonly store: LimitStore;
  readonly logger: AdmissionLogger;
  /** Asked whenever the store can't be: `open` limits by this process's own count, `closed` refuses. */
  readonly onStoreDown: () => 'open' | 'closed';
  readonly clock?: Clock;
  readonly timers?: Timers;
}

export interface LimitedRequest {
  /** Its limits; at least one. */
  readonly limits: LimitSet;
  /** Estimate of all its tokens, until they are counted. */
  readonly tokens: number;
  readonly id: string;
}

export interface LimitRefusal {
  /** `rate_limited` or `admission_unavailable`. */
  readonly error: GatewayError;
  /** Of the rates, in their order; empty: not known. */
  readonly levels: readonly Level[];
}

export type LimitDecision = LimitReservation | LimitRefusal;

/** A third of a slot's lifetime: two renewals may fail. */
const RENEW_INTERVAL_MS = 10_000;
/** How often the store is told of slots that it could not be told of. */
const FREE_INTERVAL_MS = 1_000;
/** How soon a request whose place may be free any moment shall come again. */
const SLOT_RETRY_AFTER_SECONDS = 1;

/**
 * Rate and concurrency limits of one proxy: asks the store once a request, renews the slots of long ones, and falls back
 * on its own count while the store can't be asked. Answers at once where the store does.
 */
export class RateLimiter {
  private readonly local: MemoryLimitStore;
  /** By the store that was asked: what runs, and holds slots. */
  private readonly held: ReadonlyMap<LimitStore, Set<LimitReservation>>;
  private readonly outage: StoreOutage;
  private readonly unfreed: UnfreedSlots;
  private readonly stopTimers: readonly (() => void)[];

  constructor(private readonly options: RateLimiterOptions) {
    const { logger, clock = systemClock, timers = systemTimers } = options;
    this.local = new MemoryLimitStore({ clock });
    this.held = new Map([options.store, this.local].map((store) => [store, new Set()]));
    this.outage = new StoreOutage(logger, clock);
    this.unfreed = new UnfreedSlots(options.store, clock);
    this.stopTimers = [
      timers.repeat(RENEW_INTERVAL_MS, () => this.renew()),
      timers.repeat(FREE_INTERVAL_MS, () => void this.freeUnfreed()),
    ];
  }

  reserve(request: LimitedRequest): LimitDecision | Promise<LimitDecision> {
    if (this.outage.isOn()) return this.reserveWithoutStore(request);
    const { store } = this.options;
    const taking = store.take(request.limits, request.tokens, request.id);
    return taking instanceof Promise
      ? this.reserveLater(request, taking)
      : this.decide(request, taking, store);
  }

  /** After the last request has ended. The store stays its maker's to close. */
  close(): void {
    for (const stop of this.stopTimers) stop();
  }

  private async reserveLater(request: LimitedRequest, taking: Promise<TakeResult>): Promise<LimitDecision> {
    let result: TakeResult;
    try {
      result = await taking;
    } catch (error) {
      this.outage.began(error);
      // It may have been done all the same, or be done yet.
      this.unfreed.add(request.id, request.limits.slots);
      return this.reserveWithoutStore(request);
    }
    this.outage.ended();
    return this.decide(request, result, this.options.store);
  }

  private reserveWithoutStore(request: LimitedRequest): LimitDecision {
    if (this.options.onStoreDown() === 'closed') return { error: storeUnavailable(), levels: [] };
    return this.decide(request, this.local.take(request.limits, request.tokens, request.id), this.local);
  }

  private decide(request: LimitedRequest, result: TakeResult, store: LimitStore): LimitDecision {
    const { levels } = result;
    if (result.status === 'refused') return { error: limited(result.by, result.retryAfterMs), levels };
    const held = this.held.get(store);
    const reservation = new LimitReservation(request, levels, {
      free: (freed, amounts) => {
        held?.delete(freed);
        void this.correct(request, amounts, store);
      },
    });
    if (request.limits.slots.length > 0) held?.add(reservation);
    return reservation;
  }

  private async freeUnfreed(): Promise<void> {
    try {
      await this.unfreed.free();
    } catch (error) {
      this.outage.began(error);
    }
  }

  /** What the store does not hear of heals by itself: rates fill; slots run out, unless it can be told before. */
  private async correct(
    { limits, id }: LimitedRequest,
    amounts: readonly number[],
    store: LimitStore,
  ): Promise<void> {
    try {
      await store.correct({ limits, amounts, id });
    } catch (error) {
      this.outage.began(error);
      this.unfreed.add(id, limits.slots);
    }
  }

  private renew(): void {
    for (const [store, reservations] of this.held) {
      if (reservations.size > 0) void this.renewIn(store, reservations);
    }
  }

  private async renewIn(store: LimitStore, reservations: ReadonlySet<LimitReservation>): Promise<void> {
    try {
      await store.renew(
        [...reservations].map(({ request: { id, limits } }) => ({ id, slots: limits.slots })),
      );
    } catch (error) {
      this.outage.began(error);
    }
  }
}

function limited(by: Rate | SlotLimit, retryAfterMs: number): GatewayError {
  if (!('windowMs' in by)) {
    return new GatewayError(
      'rate_limited',
      `The limit of ${by.label} is reached: try again when one has ended.`,
      {
        retryAfterSeconds: SLOT_RETRY_AFTER_SECONDS,
      },
    );
  }
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new GatewayError(
    'rate_limited',
    `The limit of ${by.label} is reached: try again in ${retryAfterSeconds} s.`,
    { retryAfterSeconds },
  );
}

function storeUnavailable(): GatewayError {
  return new GatewayError(
    'admission_unavailable',
    'Rate limits cannot be checked at the moment: try again shortly.',
    { retryAfterSeconds: 2 },
  );
}
