import type { Clock } from '@tollgate/contracts';
import { FakeLogger } from '@tollgate/testing';
import type { CapCounter } from '../src/limits/cap-holding.js';
import { CapShares } from '../src/limits/cap-shares.js';
import type { ShareStore } from '../src/limits/share-store.js';

export const GAUGE_KEY = 'channel:c1:inflight';

export interface GaugeProcessOptions {
  readonly store: ShareStore;
  readonly holder: string;
  readonly clock: Clock;
}

/** One proxy, as far as a channel's requests in flight go; it speaks when the test says so. */
export class GaugeProcess implements CapCounter {
  inFlight = 0;
  readonly logger = new FakeLogger();
  readonly shares: CapShares;
  /** `Infinity`: it counts alone. */
  most = 0;
  private pressed = false;

  constructor({ store, holder, clock }: GaugeProcessOptions) {
    const timers = { repeat: () => () => undefined, delay: () => Promise.resolve() };
    this.shares = new CapShares({ store, holder, clock, logger: this.logger, timers });
  }

  start(max: number): void {
    this.shares.adopt([{ key: GAUGE_KEY, kind: 'gauge', max, counter: this }]);
  }
  used(): number {
    return this.inFlight;
  }
  takePressed(): boolean {
    const { pressed } = this;
    this.pressed = false;
    return pressed;
  }
  holdTo(share = Infinity): void {
    this.most = share;
  }
  /** So many requests come; those that its share does not hold are passed over. */
  begin(requests = 1): void {
    for (let request = 0; request < requests; request += 1) {
      if (this.inFlight < this.most) this.inFlight += 1;
      else this.pressed = true;
    }
  }
  end(requests = this.inFlight): void {
    this.inFlight -= Math.min(requests, this.inFlight);
  }
}
