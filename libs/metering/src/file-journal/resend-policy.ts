/** Events to publish again, both ends included. */
export interface ResendRange {
  readonly first: number;
  readonly last: number;
}

const WAIT_FACTOR_MAX = 16;

/**
 * Decides when acknowledged events that billing does not commit are published again. Either billing is away (then
 * patience: the wait doubles) or the log lost them (then the watermark moves exactly as far as was resent and stops
 * there: then the next, larger range follows at once). A watermark that is gone tells of a loss at once.
 */
export class ResendPolicy {
  #committed = 0;
  #stalledSince = 0;
  #waitMs: number;
  #events: number;
  #resentThrough: number | undefined;
  /** The watermark is known to be lower than it was. */
  #fallen = false;

  constructor(
    private readonly resendAfterMs: number,
    private readonly eventsMin: number,
  ) {
    this.#waitMs = resendAfterMs;
    this.#events = eventsMin;
  }

  /** Something is uncommitted from now on, after nothing was. */
  begin(now: number, committed: number): void {
    this.#committed = committed;
    this.#calm(now);
  }

  /**
   * @param now monotonic milliseconds
   * @param committed as the document store has it now
   */
  decide(now: number, committed: number, acknowledged: number): ResendRange | undefined {
    if (committed >= acknowledged) {
      this.begin(now, committed);
      return undefined;
    }
    if (committed > this.#committed) {
      this.#committed = committed;
      if (committed !== this.#resentThrough) return this.#calm(now);
      this.#events *= 2;
      return this.#resend(now, acknowledged);
    }
    const falls = committed < this.#committed && !this.#fallen;
    this.#fallen = committed < this.#committed;
    if (falls) return this.#resend(now, acknowledged);
    if (now - this.#stalledSince < this.#waitMs) return undefined;
    this.#waitMs = Math.min(this.#waitMs * 2, this.resendAfterMs * WAIT_FACTOR_MAX);
    return this.#resend(now, acknowledged);
  }

  #resend(now: number, acknowledged: number): ResendRange {
    this.#stalledSince = now;
    this.#resentThrough = Math.min(acknowledged, this.#committed + this.#events);
    return { first: this.#committed + 1, last: this.#resentThrough };
  }

  #calm(now: number): undefined {
    this.#stalledSince = now;
    this.#waitMs = this.resendAfterMs;
    this.#events = this.eventsMin;
    this.#resentThrough = undefined;
    this.#fallen = false;
    return undefined;
  }
}
