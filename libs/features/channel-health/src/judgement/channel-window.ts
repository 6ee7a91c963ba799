/** What proxies report of one channel in a short time. */
export interface Observed {
  /** Milliseconds since the epoch. */
  readonly windowStart: number;
  readonly windowMs: number;
  readonly succeeded: number;
  /** By error code. */
  readonly failed: Readonly<Record<string, number>>;
  readonly firstByteMsSum: number;
  readonly durationMsSum: number;
}

/** The sums over the last `windowMs`. */
export interface WindowTotals {
  readonly windowMs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly failedByCode: Readonly<Record<string, number>>;
  readonly firstByteMsSum: number;
  readonly durationMsSum: number;
}

const BUCKET_MS = 10_000;
export const WINDOW_MS = 60_000;

interface Bucket {
  succeeded: number;
  readonly failed: Map<string, number>;
  firstByteMsSum: number;
  durationMsSum: number;
}

/** A sliding window of 60 seconds in buckets of 10: old buckets fall out whole, memory does not grow with traffic. */
export class ChannelWindow {
  /** By the number of the ten seconds since the epoch. */
  readonly #buckets = new Map<number, Bucket>();
  #startedAt = Number.NEGATIVE_INFINITY;

  /** Counts a report, unless it is older than the window or ended before the last `restart`. */
  add(observed: Observed, now: number): void {
    const endedAt = observed.windowStart + observed.windowMs;
    // The clock of a proxy may be ahead of ours: what it sees is never later than now.
    const number = bucketNumber(Math.min(observed.windowStart, now));
    if (endedAt <= this.#startedAt || number <= bucketNumber(now - WINDOW_MS)) {
      return;
    }
    const bucket = this.#bucket(number);
    bucket.succeeded += observed.succeeded;
    bucket.firstByteMsSum += observed.firstByteMsSum;
    bucket.durationMsSum += observed.durationMsSum;
    for (const [code, count] of Object.entries(observed.failed)) {
      bucket.failed.set(code, (bucket.failed.get(code) ?? 0) + count);
    }
  }

  /** Forgets everything: what is reported from now on counts alone. */
  restart(now: number): void {
    this.#buckets.clear();
    this.#startedAt = now;
  }

  totals(now: number): WindowTotals {
    this.#dropOld(now);
    const sums = { succeeded: 0, failed: 0, firstByteMsSum: 0, durationMsSum: 0 };
    const failedByCode: Record<string, number> = {};
    for (const bucket of this.#buckets.values()) {
      sums.succeeded += bucket.succeeded;
      sums.firstByteMsSum += bucket.firstByteMsSum;
      sums.durationMsSum += bucket.durationMsSum;
      for (const [code, count] of bucket.failed) {
        sums.failed += count;
        failedByCode[code] = (failedByCode[code] ?? 0) + count;
      }
    }
    return { windowMs: WINDOW_MS, ...sums, failedByCode };
  }

  #bucket(number: number): Bucket {
    let bucket = this.#buckets.get(number);
    if (bucket === undefined) {
      bucket = { succeeded: 0, failed: new Map(), firstByteMsSum: 0, durationMsSum: 0 };
      this.#buckets.set(number, bucket);
    }
    return bucket;
  }

  #dropOld(now: number): void {
    const oldest = bucketNumber(now - WINDOW_MS);
    for (const number of this.#buckets.keys()) {
      if (number <= oldest) {
        this.#buckets.delete(number);
      }
    }
  }
}

function bucketNumber(time: number): number {
  return Math.floor(time / BUCKET_MS);
}
