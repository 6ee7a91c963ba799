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
 * What one process asks of a vendor's account, counted against what the account can take, or against this process's share
 * of that: so that the channel is passed over before the vendor says 429. All times are monotonic milliseconds.
 */
export class ChannelCaps {
  /** Requests at one time. */
  readonly inFlight = new GaugeCap();
  /** Requests a minute. */
  readonly requests = new MinuteCap();
  /** Input and output tokens a minute, as the vendor reports them. */
  readonly tokens = new MinuteCap();

  /** Takes other limits; what was counted stays. */
  limit({ inFlightMax, requestsPerMinuteMax, tokensPerMinuteMax }: CapLimits): void {
    this.inFlight.limit(inFlightMax);
    this.requests.limit(requestsPerMinuteMax);
    this.tokens.limit(tokensPerMinuteMax);
  }

  /** There is no room for one more request. */
  isFull(now: number): boolean {
    return this.inFlight.isFull() || this.requests.isFull(now) || this.tokens.isFull(now);
  }

  begin(now: number): void {
    this.inFlight.count += 1;
    this.requests.add(1, now);
  }

  /** Once for each `begin`. @param tokens that the vendor counted */
  end(tokens: number, now: number): void {
    this.inFlight.count -= 1;
    this.tokens.add(tokens, now);
  }
}

/** Where several processes divide a cap, this one is held to its share. */
class ShareableCap {
  /** `Infinity`: there is no cap. */
  max = Infinity;
  /** What this process is held to. */
  protected most = Infinity;
  protected pressed = false;
  private share = Infinity;

  /** @param max `undefined`: no cap */
  limit(max = Infinity): void {
    this.max = max;
    this.most = max === Infinity ? max : Math.min(max, this.share);
  }

  /** @param share units; `undefined`: the whole cap */
  holdTo(share = Infinity): void {
    this.share = share;
    this.limit(this.max);
  }

  /** Whether somebody found it full since this was asked last. */
  takePressed(): boolean {
    const { pressed } = this;
    this.pressed = false;
    return pressed;
  }
}

/** Units at one time. */
export class GaugeCap extends ShareableCap {
  /** Units that are taken now. */
  count = 0;

  isFull(): boolean {
    if (this.count < this.most) return false;
    this.pressed = true;
    return true;
  }

  used(): number {
    return this.count;
  }
}

/** Units a minute. */
export class MinuteCap extends ShareableCap {
  private readonly lastMinute = new MinuteCount();

  isFull(now: number): boolean {
    if (this.most === Infinity || this.lastMinute.sum(now) < this.most) return false;
    this.pressed = true;
    return true;
  }

  add(units: number, now: number): void {
    this.lastMinute.add(units, now);
  }

  /** Units of the last minute. */
  used(now: number): number {
    return this.lastMinute.sum(now);
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
