const SLOT_MS = 1_000;
const SLOTS = 60;

/** What a vendor's account can take; `undefined`: no limit is known. */
export interface CapLimits {
  readonly inFlightMax?: number | undefined;
  readonly requestsPerMinuteMax?: number | undefined;
  /** Input and output. */
  readonly tokensPerMinuteMax?: number | undefined;
}

/**
 * What one process asks of a vendor's account, counted against what the account can take: so that the channel is passed
 * over before the vendor says 429. All times are monotonic milliseconds.
 */
export class ChannelCaps {
  private limits: CapLimits = {};
  private inFlight = 0;
  private readonly requests = new MinuteCount();
  private readonly tokens = new MinuteCount();

  /** Takes other limits; what was counted stays. */
  limit(limits: CapLimits): void {
    this.limits = limits;
  }

  /** There is no room for one more request. */
  isFull(now: number): boolean {
    const { inFlightMax = Infinity, requestsPerMinuteMax, tokensPerMinuteMax } = this.limits;
    if (this.inFlight >= inFlightMax) return true;
    if (requestsPerMinuteMax !== undefined && this.requests.sum(now) >= requestsPerMinuteMax) return true;
    return tokensPerMinuteMax !== undefined && this.tokens.sum(now) >= tokensPerMinuteMax;
  }

  begin(now: number): void {
    this.inFlight += 1;
    this.requests.add(1, now);
  }

  /** Once for each `begin`. @param tokens that the vendor counted */
  end(tokens: number, now: number): void {
    this.inFlight -= 1;
    this.tokens.add(tokens, now);
  }
}

/** The sum of the last minute, exact to a second. */
class MinuteCount {
  private readonly slots = new Float64Array(SLOTS);
  private total = 0;
  /** The second that the latest slot stands for. */
  private second = 0;

  add(amount: number, now: number): void {
    this.advance(now);
    const slot = this.second % SLOTS;
    this.slots[slot] = (this.slots[slot] ?? 0) + amount;
    this.total += amount;
  }

  sum(now: number): number {
    this.advance(now);
    return this.total;
  }

  private advance(now: number): void {
    const second = Math.floor(now / SLOT_MS);
    if (second <= this.second) return;
    if (second - this.second >= SLOTS) {
      this.slots.fill(0);
      this.total = 0;
    } else {
      for (let past = this.second + 1; past <= second; past += 1) {
        this.total -= this.slots[past % SLOTS] ?? 0;
        this.slots[past % SLOTS] = 0;
      }
    }
    this.second = second;
  }
}
