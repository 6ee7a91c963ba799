import { DECISIVE_FAILURES, type DecisiveFailure, type LatencyCounts } from '@tollgate/contracts';
import { FailureRun, type Failures } from './failure-run.js';
import { Latencies, type Percentiles } from './latencies.js';

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
  readonly firstByteMsCounts?: LatencyCounts | undefined;
  readonly durationMsCounts?: LatencyCounts | undefined;
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

/** With how the latencies of successes are spread; `null`: not known. */
export interface WindowSummary extends WindowTotals {
  readonly latency: { readonly firstByteMs: Percentiles; readonly durationMs: Percentiles } | null;
}

/** How fast answers came all through a window. */
export interface Pace {
  readonly samples: number;
  /** From the first of them until now. */
  readonly spanMs: number;
  /** The least of the medians of each ten seconds: all of them were as slow as that. */
  readonly firstByteMs: number;
}

const BUCKET_MS = 10_000;
export const WINDOW_MS = 60_000;

export const NOTHING_SEEN = {
  windowMs: WINDOW_MS,
  succeeded: 0,
  failed: 0,
  failedByCode: {},
  firstByteMsSum: 0,
  durationMsSum: 0,
  latency: null,
} as const satisfies WindowSummary;

interface Bucket {
  succeeded: number;
  readonly failed: Map<string, number>;
  firstByteMsSum: number;
  durationMsSum: number;
  latencies: BucketLatencies | undefined;
}

interface BucketLatencies {
  readonly firstByte: Latencies;
  readonly duration: Latencies;
}

/**
 * A sliding window of 60 seconds in buckets of 10: old buckets fall out whole, memory does not grow with traffic. Beside
 * it a longer look at what only fails, for traffic that says too little in a minute.
 */
export class ChannelWindow {
  /** By the number of the ten seconds since the epoch. */
  readonly #buckets = new Map<number, Bucket>();
  readonly #run = new FailureRun();
  #startedAt = Number.NEGATIVE_INFINITY;
  #succeededSinceStart = 0;
  /** Until when successes were reported. */
  #succeededUntil = Number.NEGATIVE_INFINITY;
  #decisive: { readonly failure: DecisiveFailure; readonly since: number } | undefined;

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
    this.#succeededSinceStart += observed.succeeded;
    bucket.firstByteMsSum += observed.firstByteMsSum;
    bucket.durationMsSum += observed.durationMsSum;
    if (observed.firstByteMsCounts !== undefined || observed.durationMsCounts !== undefined) {
      bucket.latencies ??= { firstByte: new Latencies(), duration: new Latencies() };
      bucket.latencies.firstByte.add(observed.firstByteMsCounts ?? []);
      bucket.latencies.duration.add(observed.durationMsCounts ?? []);
    }
    for (const [code, count] of Object.entries(observed.failed)) {
      bucket.failed.set(code, (bucket.failed.get(code) ?? 0) + count);
      if (isDecisive(code) && count > 0) {
        this.#decisive = { failure: code, since: observed.windowStart };
      }
    }
    if (observed.succeeded > 0) {
      this.noteSuccess(endedAt);
    } else if (observed.windowStart >= this.#succeededUntil) {
      this.#run.add(observed.failed, Math.min(observed.windowStart, now));
    }
  }

  /** Something succeeded that is counted elsewhere. */
  noteSuccess(endedAt: number): void {
    this.#succeededUntil = Math.max(this.#succeededUntil, endedAt);
    this.#run.end();
  }

  /** Until when successes were reported; before the first of them it is infinite. */
  get succeededUntil(): number {
    return this.#succeededUntil;
  }

  /** What failed in the last ten minutes without a success in between; `since`: when something else succeeded. */
  failures(now: number, since?: number): Failures {
    return this.#run.failures(now, since);
  }

  /** The failure that leaves no doubt, unless something succeeded beside or after it, or it is as old as the window. */
  decisive(now: number): DecisiveFailure | undefined {
    const decisive = this.#decisive;
    const isValid =
      decisive !== undefined &&
      decisive.since >= this.#succeededUntil &&
      bucketNumber(decisive.since) > bucketNumber(now - WINDOW_MS);
    return isValid ? decisive.failure : undefined;
  }

  /** Nothing was reported for as long as the window, nor what only fails for as long as that counts. */
  isEmpty(now: number): boolean {
    this.#dropOld(now);
    return this.#buckets.size === 0 && this.#run.failures(now).failed === 0;
  }

  /** Forgets everything: what is reported from now on counts alone. */
  restart(now: number): void {
    this.#buckets.clear();
    this.#run.end();
    this.#startedAt = now;
    this.#succeededSinceStart = 0;
    this.#decisive = undefined;
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

  /** With every success since the last `restart`: where requests are few a trial takes longer than the window. */
  trial(now: number): WindowTotals {
    return { ...this.totals(now), succeeded: this.#succeededSinceStart };
  }

  summary(now: number): WindowSummary {
    const totals = this.totals(now);
    const firstByte = new Latencies();
    const duration = new Latencies();
    for (const { latencies } of this.#buckets.values()) {
      firstByte.add(latencies?.firstByte.toCounts() ?? []);
      duration.add(latencies?.duration.toCounts() ?? []);
    }
    const [firstByteMs, durationMs] = [firstByte.percentiles(), duration.percentiles()];
    const isKnown = firstByteMs !== undefined && durationMs !== undefined;
    return { ...totals, latency: isKnown ? { firstByteMs, durationMs } : null };
  }

  /** `undefined`: nothing is known of latencies. */
  pace(now: number): Pace | undefined {
    this.#dropOld(now);
    let samples = 0;
    let first = Number.POSITIVE_INFINITY;
    let firstByteMs = Number.POSITIVE_INFINITY;
    for (const [number, { latencies }] of this.#buckets) {
      const median = latencies?.firstByte.percentiles()?.p50;
      if (latencies !== undefined && median !== undefined) {
        samples += latencies.firstByte.total;
        first = Math.min(first, number);
        firstByteMs = Math.min(firstByteMs, median);
      }
    }
    return samples === 0 ? undefined : { samples, spanMs: now - first * BUCKET_MS, firstByteMs };
  }

  #bucket(number: number): Bucket {
    let bucket = this.#buckets.get(number);
    if (bucket === undefined) {
      const latencies = undefined;
      bucket = { succeeded: 0, failed: new Map(), firstByteMsSum: 0, durationMsSum: 0, latencies };
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

/** Of windows that count different requests. */
export function sumTotals(parts: readonly WindowTotals[]): WindowTotals {
  const sums = { windowMs: WINDOW_MS, succeeded: 0, failed: 0, firstByteMsSum: 0, durationMsSum: 0 };
  const failedByCode: Record<string, number> = {};
  for (const part of parts) {
    sums.succeeded += part.succeeded;
    sums.failed += part.failed;
    sums.firstByteMsSum += part.firstByteMsSum;
    sums.durationMsSum += part.durationMsSum;
    for (const [code, count] of Object.entries(part.failedByCode)) {
      failedByCode[code] = (failedByCode[code] ?? 0) + count;
    }
  }
  return { ...sums, failedByCode };
}

function isDecisive(code: string): code is DecisiveFailure {
  return Object.hasOwn(DECISIVE_FAILURES, code);
}

function bucketNumber(time: number): number {
  return Math.floor(time / BUCKET_MS);
}
