import type { Clock } from '@tollgate/contracts';
import type { AdmissionLogger } from '../logger.js';
import { systemTimers, type Timers } from '../timers.js';
import { CapHolding, type CapCounter, type SharedCap } from './cap-holding.js';
import type { ShareStore } from './share-store.js';
import { StoreOutage } from './store-outage.js';

export interface CapSharesOptions {
  readonly store: ShareStore;
  /** This process; no other is called so. */
  readonly holder: string;
  readonly clock: Clock;
  readonly logger: AdmissionLogger;
  readonly timers?: Timers;
}

const TICK_MS = 250;

/**
 * The shares of one process in caps that several processes have together, kept in the background: who uses a cap asks
 * nobody. All caps that are due go in one call; there are none while nothing is capped.
 */
export class CapShares {
  private holdings = new Map<CapCounter, CapHolding>();
  /** The call that is under way; there is one at a time, so that no statement overtakes another. */
  private asking: Promise<void> | undefined;
  private readonly outage: StoreOutage;
  private readonly stopTicking: () => void;

  constructor(private readonly options: CapSharesOptions) {
    const { logger, clock, timers = systemTimers } = options;
    this.outage = new StoreOutage(logger, clock, 'counting against whole caps until it is back');
    this.stopTicking = timers.repeat(TICK_MS, () => void this.tick());
  }

  /** The caps that there are from now on. A new one is held to little or nothing until its share is known. */
  adopt(caps: readonly SharedCap[]): void {
    const holdings = new Map<CapCounter, CapHolding>();
    const now = this.options.clock.monotonic();
    for (const cap of caps) {
      const known = this.holdings.get(cap.counter);
      const holding = known ?? new CapHolding(cap, now);
      holding.change(cap);
      if (this.outage.lasts) holding.doubt(now);
      holdings.set(cap.counter, holding);
    }
    this.holdings = holdings;
    // A call that is under way knows nothing of what is new.
    void this.tick().then(() => this.tick());
  }

  /** Never rejects. */
  async tick(): Promise<void> {
    if (this.asking !== undefined) return this.asking;
    const now = this.options.clock.monotonic();
    const due = [...this.holdings.values()].filter((holding) => holding.isDue(now));
    if (due.length === 0 || this.outage.isOn()) return;
    await (this.asking = this.ask(due));
  }

  /** Gives back what was not used; after the last request. */
  async stop(): Promise<void> {
    this.stopTicking();
    await this.asking;
    if (this.holdings.size === 0) return;
    const { store, holder, clock, logger } = this.options;
    const now = clock.monotonic();
    const statements = [...this.holdings.values()].map((holding) => holding.lastStatement(now));
    try {
      await store.state(holder, statements, true);
    } catch (error) {
      logger.info({ error }, 'shares of caps were not given back: they lapse within a minute');
    }
  }

  private async ask(due: readonly CapHolding[]): Promise<void> {
    try {
      await this.state(due);
      const now = this.options.clock.monotonic();
      const excessive = due.filter((holding) => holding.givesUp(now));
      if (excessive.length > 0) await this.state(excessive);
      this.outage.ended();
    } catch (error) {
      this.outage.began(error);
      const now = this.options.clock.monotonic();
      for (const holding of this.holdings.values()) holding.doubt(now);
    } finally {
      this.asking = undefined;
    }
  }

  private async state(holdings: readonly CapHolding[]): Promise<void> {
    const now = this.options.clock.monotonic();
    const statements = holdings.map((holding) => holding.statement(now));
    const shares = await this.options.store.state(this.options.holder, statements);
    for (const [index, holding] of holdings.entries()) {
      const share = shares[index];
      if (share !== undefined) holding.take(share);
    }
  }
}
