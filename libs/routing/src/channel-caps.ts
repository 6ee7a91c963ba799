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
  /** Requests a minute. */
  readonly requests = new MinuteCap();
  /** Input and output tokens a minute, as the vendor reports them. */
  readonly tokens = new MinuteCap();
  private inFlightMax = Infinity;
  private inFlight = 0;

  /** Takes other limits; what was counted stays. */
  limit({ inFlightMax = Infinity, requestsPerMinuteMax, tokensPerMinuteMax }: CapLimits): void {
    this.inFlightMax = inFlightMax;
    this.requests.limit(requestsPerMinuteMax);
    this.tokens.limit(tokensPerMinuteMax);
  }

  /** There is no room for one more request. */
  isFull(now: number): boolean {
    return this.inFlight >= this.inFlightMax || this.requests.isFull(now) || this.tokens.isFull(now);
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

/** Units a minute; where several processes divide the cap, this one is held to its share. */
export class MinuteCap {
  /** `Infinity`: there is no cap. */
  max = Infinity;
  private share = Infinity;
  /** What this process is held to. */
  private most = Infinity;
  private pressed = false;
  private readonly count = new MinuteCount();

  /** @param max `undefined`: no cap */
  limit(max = Infinity): void {
    this.max = max;
    this.most = max === Infinity ? max : Math.min(max, this.share);
  }

  /** @param share units a minute; `undefined`: the whole cap */
  holdTo(share = Infinity): void {
    this.share = share;
    this.limit(this.max);
  }

  isFull(now: number): boolean {
    if (this.most === Infinity || this.count.sum(now) < this.most) return false;
    this.pressed = true;
    return true;
  }

  add(units: number, now: number): void {
    this.count.add(units, now);
  }

  /** Units of the last minute. */
  used(now: number): number {
    return this.count.sum(now);
  }

  /** Whether somebody found it full since this was asked last. */
  takePressed(): boolean {
    const { pressed } = this;
    this.pressed = false;
    return pressed;
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
