import { describe, expect, it } from '@jest/globals';
import { latencyBucket } from '@tollgate/contracts';
import { Latencies } from './latencies.js';

const of = (...ms: readonly number[]) => new Latencies(ms.map((one) => [latencyBucket(one), 1]));

describe('latencies', () => {
  it('that were not seen have no percentiles', () => {
    expect(new Latencies().percentiles()).toBeUndefined();
    expect(new Latencies().dayPercentiles()).toBeUndefined();
  });

  it('have the median and the 95th percentile of what was added, wherever it was counted', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => index + 1);
    const merged = of(...values.filter((value) => value % 3 === 0));
    merged.add(of(...values.filter((value) => value % 3 !== 0)).toCounts());
    const { p50, p95 } = merged.percentiles()!;
    expect(Math.abs(p50 / 500 - 1)).toBeLessThan(0.1);
    expect(Math.abs(p95 / 950 - 1)).toBeLessThan(0.1);
  });

  it('that are rare do not move the median, and are in the 95th percentile', () => {
    const latencies = new Latencies([
      [latencyBucket(64), 90],
      [latencyBucket(4_096), 10],
    ]);
    expect(latencies.percentiles()).toEqual({ p50: 64, p95: 4_096 });
  });

  it('of a day tell how long the slowest of 100 took', () => {
    const latencies = new Latencies([
      [latencyBucket(64), 980],
      [latencyBucket(4_096), 20],
    ]);
    expect(latencies.dayPercentiles()).toEqual({ p50: 64, p95: 64, p99: 4_096 });
  });

  it('fade: what is new outweighs what is old in the end, and what is forgotten takes no room', () => {
    const latencies = of(...Array<number>(100).fill(64));
    for (let minute = 0; minute < 20; minute += 1) {
      latencies.fade(0.5);
      latencies.add([[latencyBucket(1_024), 10]]);
    }
    expect(latencies.percentiles()).toEqual({ p50: 1_024, p95: 1_024 });
    expect(latencies.toCounts()).toHaveLength(1);
  });
});
