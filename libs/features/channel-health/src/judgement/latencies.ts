import { type LatencyCounts, latencyOfBucket } from '@tollgate/contracts';

/** In milliseconds: half of all took at most `p50`, 95 of 100 at most `p95`. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** And 99 of 100 at most `p99`: of a day, for a minute has too few. */
export interface DayPercentiles extends Percentiles {
  readonly p99: number;
}

/** How latencies are spread: counts by logarithmic bucket, so memory does not grow with them. */
export class Latencies {
  readonly #counts = new Map<number, number>();

  constructor(counts: LatencyCounts = []) {
    this.add(counts);
  }

  /** Counts may be fractions: what is old weighs less than one. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) {
      total += count;
    }
    return total;
  }

  add(counts: LatencyCounts): void {
    for (const [bucket, count] of counts) {
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    }
  }

  /** Lets what was counted weigh less; what is next to nothing is forgotten. */
  fade(factor: number): void {
    for (const [bucket, count] of this.#counts) {
      const faded = count * factor;
      if (faded < COUNT_MIN) {
        this.#counts.delete(bucket);
      } else {
        this.#counts.set(bucket, faded);
      }
    }
  }

  /** `undefined`: nothing was counted. */
  percentiles(): Percentiles | undefined {
    const ascending = this.toCounts();
    const total = this.total;
    return total === 0
      ? undefined
      : { p50: quantile(ascending, total * 0.5), p95: quantile(ascending, total * 0.95) };
  }

  /** `undefined`: nothing was counted. */
  dayPercentiles(): DayPercentiles | undefined {
    const percentiles = this.percentiles();
    return percentiles && { ...percentiles, p99: quantile(this.toCounts(), this.total * 0.99) };
  }

  /** By bucket, ascending. */
  toCounts(): LatencyCounts {
    return [...this.#counts].sort(([one], [other]) => one - other);
  }
}

const COUNT_MIN = 0.01;

function quantile(ascending: LatencyCounts, rank: number): number {
  let counted = 0;
  let last = 0;
  for (const [bucket, count] of ascending) {
    counted += count;
    last = bucket;
    if (counted >= rank) {
      break;
    }
  }
  return Math.round(latencyOfBucket(last));
}
