import type { Clock } from '@tollgate/contracts';
import type { AdmissionLogger } from '../logger.js';
import { systemTimers, type Timers } from '../timers.js';
import { SHARE_LIFETIME_MS, type Share, type ShareStatement, type ShareStore } from './share-store.js';
import { StoreOutage } from './store-outage.js';

/** Where a process counts what it uses of a cap, and is held to its share. Times are monotonic milliseconds. */
export interface CapCounter {
  /** Units of the last minute. */
  used(now: number): number;
  /** Whether somebody found it full since this was asked last. */
  takePressed(): boolean;
  /** Units a minute; `undefined`: the whole cap. */
  holdTo(share: number | undefined): void;
}

/** A cap of which each process may use a share. */
export interface SharedCap {
  /** The same in every process. */
  readonly key: string;
  /** Units a minute, of all processes together. */
  readonly max: number;
  /** Stays the same object for as long as the cap exists. */
  readonly counter: CapCounter;
}

export interface CapSharesOptions {
  readonly store: ShareStore;
  /** This process; no other is called so. */
  readonly holder: string;
  readonly clock: Clock;
  readonly logger: AdmissionLogger;
  readonly timers?: Timers;
}

const TICK_MS = 250;
const STATE_INTERVAL_MS = 1_000;
/** Of caps that nobody used in the last minute. */
const IDLE_INTERVAL_MS = 2_000;
/** A store that is silent for longer is away: each process counts alone against the whole cap. */
const STALE_MS = 5_000;
/** What a process takes of a cap before it has heard of its share: this part of it, at least one unit. */
const FIRST_PART = 50;

interface Holding {
  granted: number;
  entitled: number;
  statedAt: number;
  /** `undefined`: never. */
  answeredAt: number | undefined;
  /** The store is away: it is held to no share. */
  alone: boolean;
}

/**
 * The shares of one process in caps that several processes have together, kept in the background: who uses a cap asks
 * nobody. All caps that are due go in one call; there are none while nothing is capped.
 */
export class CapShares {
  private caps: readonly SharedCap[] = [];
  private holdings = new Map<CapCounter, Holding>();
  /** The call that is under way; there is one at a time, so that no statement overtakes another. */
  private asking: Promise<void> | undefined;
  private readonly outage: StoreOutage;
  private readonly stopTicking: () => void;

  constructor(private readonly options: CapSharesOptions) {
    const { logger, clock, timers = systemTimers } = options;
    this.outage = new StoreOutage(logger, clock, 'counting against whole caps until it is back');
    this.stopTicking = timers.repeat(TICK_MS, () => void this.tick());
  }

  /** The caps that there are from now on. A new one is held to a small part until its share is known. */
  adopt(caps: readonly SharedCap[]): void {
    const holdings = new Map<CapCounter, Holding>();
    for (const { counter, max } of caps) {
      const first = Math.ceil(max / FIRST_PART);
      const known = this.holdings.get(counter);
      if (known === undefined) counter.holdTo(first);
      holdings.set(
        counter,
        known ?? {
          granted: first,
          entitled: first,
          statedAt: -Infinity,
          answeredAt: undefined,
          alone: false,
        },
      );
    }
    this.caps = caps;
    this.holdings = holdings;
    void this.tick();
  }

  /** Never rejects. */
  async tick(): Promise<void> {
    if (this.asking !== undefined) return this.asking;
    const now = this.options.clock.monotonic();
    const due = this.caps.filter((cap) => this.isDue(cap, now));
    if (due.length === 0 || this.outage.isOn()) return;
    await (this.asking = this.ask(due, now));
  }

  private async ask(due: readonly SharedCap[], now: number): Promise<void> {
    try {
      const statements = due.map((cap) => this.statement(cap, now));
      const shares = await this.options.store.state(this.options.holder, statements);
      this.outage.ended();
      for (const [index, cap] of due.entries()) this.take(cap, shares[index]);
    } catch (error) {
      this.outage.began(error);
      for (const cap of this.caps) this.doubt(cap);
    } finally {
      this.asking = undefined;
    }
  }

  /** Gives back what was not used; after the last request. */
  async stop(): Promise<void> {
    this.stopTicking();
    if (this.caps.length === 0) return;
    const { store, holder, clock, logger } = this.options;
    const now = clock.monotonic();
    try {
      await store.state(
        holder,
        this.caps.map(({ key, max, counter }) => ({
          key,
          max,
          used: counter.used(now),
          keep: counter.used(now),
        })),
        true,
      );
    } catch (error) {
      logger.info({ error }, 'shares of caps were not given back: they lapse within a minute');
    }
  }

  private isDue({ counter }: SharedCap, now: number): boolean {
    const holding = this.holdings.get(counter);
    if (holding === undefined) return false;
    const used = counter.used(now);
    const nearlyFull = used * 5 >= holding.granted * 4 && used > 0;
    const givesUp = holding.granted > holding.entitled && used < holding.granted && !holding.alone;
    if (counter.takePressed() || nearlyFull || givesUp) return true;
    return now - holding.statedAt >= (used === 0 ? IDLE_INTERVAL_MS : STATE_INTERVAL_MS);
  }

  /** What is given up is not used any more before the store hears of it. */
  private statement({ key, max, counter }: SharedCap, now: number): ShareStatement {
    const used = counter.used(now);
    const holding = this.holdings.get(counter);
    if (holding === undefined) return { key, max, used, keep: used };
    holding.statedAt = now;
    if (holding.alone) return { key, max, used, keep: used };
    const { granted, entitled, answeredAt } = holding;
    const lapsed = answeredAt !== undefined && now - answeredAt >= SHARE_LIFETIME_MS;
    const keep = lapsed ? used : Math.max(used, Math.min(granted, entitled, max));
    counter.holdTo(keep);
    return { key, max, used, keep };
  }

  private take({ counter }: SharedCap, share: Share | undefined): void {
    const holding = this.holdings.get(counter);
    if (holding === undefined || share === undefined) return;
    Object.assign(holding, share, { answeredAt: this.options.clock.monotonic(), alone: false });
    counter.holdTo(share.granted);
  }

  private doubt({ counter }: SharedCap): void {
    const holding = this.holdings.get(counter);
    if (holding === undefined) return;
    const { answeredAt = -Infinity } = holding;
    if (this.options.clock.monotonic() - answeredAt < STALE_MS) return;
    holding.alone = true;
    counter.holdTo(undefined);
  }
}
