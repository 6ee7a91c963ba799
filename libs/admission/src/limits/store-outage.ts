import type { Clock } from '@tollgate/contracts';
import type { AdmissionLogger } from '../logger.js';

/** How often one request tries whether the store answers again; the others do not wait for it. */
const TRY_INTERVAL_MS = 1_000;

/** Whether the store of limits can't be asked: a store that hangs must not hold up every request. */
export class StoreOutage {
  /** Monotonic; `undefined`: the store answers. */
  private nextTryAt: number | undefined;

  constructor(
    private readonly logger: AdmissionLogger,
    private readonly clock: Clock,
    /** What is done until then, for a person. */
    private readonly meanwhile = 'limiting as configured for that',
  ) {}

  /** The store did not answer when it was asked last. */
  get lasts(): boolean {
    return this.nextTryAt !== undefined;
  }

  /** `false` during an outage: whoever asks is the one that tries. */
  isOn(): boolean {
    if (this.nextTryAt === undefined) return false;
    const now = this.clock.monotonic();
    if (now < this.nextTryAt) return true;
    this.nextTryAt = now + TRY_INTERVAL_MS;
    return false;
  }

  began(error: unknown): void {
    if (this.nextTryAt === undefined) {
      this.logger.warn({ error }, `the store of rate limits cannot be asked: ${this.meanwhile}`);
    }
    this.nextTryAt = this.clock.monotonic() + TRY_INTERVAL_MS;
  }

  ended(): void {
    if (this.nextTryAt === undefined) return;
    this.nextTryAt = undefined;
    this.logger.info({}, 'the store of rate limits answers again');
  }
}
