import { describe, expect, it } from '@jest/globals';
import { latencyBucket } from '@tollgate/contracts';
import { ChannelWindow, type Observed } from './channel-window.js';

const START = 1_700_000_000_000;
const SECOND = 1_000;

const observed = (second: number, changes: Partial<Observed> = {}): Observed => ({
  windowStart: START + second * SECOND,
  windowMs: SECOND,
  succeeded: 1,
  failed: {},
  firstByteMsSum: 10,
  durationMsSum: 100,
  ...changes,
});
const at = (second: number): number => START + second * SECOND;

describe('ChannelWindow', () => {
  it('adds up what several proxies report', () => {
    const window = new ChannelWindow();
    window.add(observed(0, { failed: { upstream_timeout: 2 } }), at(1));
    window.add(observed(0, { failed: { upstream_timeout: 1, upstream_error: 4 }, succeeded: 3 }), at(1));
    expect(window.totals(at(1))).toEqual({
      windowMs: 60_000,
      succeeded: 4,
      failed: 7,
      failedByCode: { upstream_timeout: 3, upstream_error: 4 },
      firstByteMsSum: 20,
      durationMsSum: 200,
    });
  });

  it('forgets in steps of ten seconds what is a minute old', () => {
    const window = new ChannelWindow();
    for (let second = 0; second < 60; second += 1) {
      window.add(observed(second), at(second));
    }
    expect([59, 60, 69, 70, 110, 119, 120].map((second) => window.totals(at(second)).succeeded)).toEqual([
      60, 50, 50, 40, 0, 0, 0,
    ]);
  });

  it('passes over reports that come too late to matter', () => {
    const window = new ChannelWindow();
    window.add(observed(0), at(75));
    expect(window.totals(at(75)).succeeded).toBe(0);
  });

  it('counts a report from a clock that is ahead as one of now', () => {
    const window = new ChannelWindow();
    window.add(observed(500), at(0));
    expect([window.totals(at(0)).succeeded, window.totals(at(60)).succeeded]).toEqual([1, 0]);
  });

  it('counts only what ended after a restart', () => {
    const window = new ChannelWindow();
    window.add(observed(0), at(1));
    window.restart(at(5));
    window.add(observed(4), at(6));
    expect(window.totals(at(6)).succeeded).toBe(0);
    window.add(observed(4.5), at(6));
    expect(window.totals(at(6)).succeeded).toBe(1);
  });

  describe('knows a failure that leaves no doubt', () => {
    const refused = { succeeded: 0, failed: { credential_invalid: 1 } };
    it.each<[string, Observed[], string | undefined]>([
      ['alone', [observed(0, refused)], 'credential_invalid'],
      ['after successes', [observed(0), observed(1, refused)], 'credential_invalid'],
      ['beside a success', [observed(0, { ...refused, succeeded: 1 })], undefined],
      ['beside the success of another proxy', [observed(0.5, refused), observed(0)], undefined],
      ['before a success', [observed(0, refused), observed(2)], undefined],
      ['of another kind', [observed(0, { succeeded: 0, failed: { upstream_error: 9 } })], undefined],
    ])('%s', (_when, reports, expected) => {
      const window = new ChannelWindow();
      for (const report of reports) window.add(report, at(3));
      expect(window.decisive(at(3))).toBe(expected);
    });

    it('until it is as old as the window, or the window begins anew', () => {
      const window = new ChannelWindow();
      window.add(observed(0, refused), at(1));
      expect([window.decisive(at(59)), window.decisive(at(61))]).toEqual(['credential_invalid', undefined]);
      window.restart(at(30));
      expect(window.decisive(at(31))).toBeUndefined();
    });
  });

  describe('knows what fails without a success in between', () => {
    const timeout = { succeeded: 0, failed: { upstream_timeout: 1 } };
    const seenAt = (...reports: readonly Observed[]): ChannelWindow => {
      const window = new ChannelWindow();
      for (const report of reports) window.add(report, report.windowStart + SECOND);
      return window;
    };

    it.each<[string, Observed[], number]>([
      ['alone', [observed(0, timeout), observed(200, timeout)], 2],
      ['since a success', [observed(0, timeout), observed(100), observed(200, timeout)], 1],
      ['not beside a success', [observed(0, { ...timeout, succeeded: 1 })], 0],
      ['not before a success', [observed(0, timeout), observed(1)], 0],
      ['not when it is told after a later success', [observed(5), observed(2, timeout)], 0],
    ])('%s', (_when, reports, expected) => {
      expect(seenAt(...reports).failures(at(300)).failed).toBe(expected);
    });

    it('and when, in the last ten minutes, until the window begins anew', () => {
      const window = seenAt(observed(0), observed(90, timeout), observed(400, timeout));
      window.add(observed(401, { succeeded: 0, failed: { upstream_error: 3 } }), at(402));
      expect(window.failures(at(500))).toEqual({
        ...{ failed: 5, failedByCode: { upstream_timeout: 2, upstream_error: 3 } },
        ...{ firstAt: at(90), lastAt: at(401) },
      });
      expect([700, 1_100].map((second) => window.failures(at(second)).failed)).toEqual([4, 0]);

      window.add(observed(1_100, timeout), at(1_101));
      expect([window.isEmpty(at(1_300)), window.isEmpty(at(1_800))]).toEqual([false, true]);
      window.add(observed(1_800, timeout), at(1_801));
      window.restart(at(1_802));
      expect(window.failures(at(1_803)).failed).toBe(0);
    });
  });

  const answers = (ms: number, count = 5): Partial<Observed> => ({
    succeeded: count,
    firstByteMsCounts: [[latencyBucket(ms), count]],
    durationMsCounts: [[latencyBucket(ms * 2), count]],
  });

  it('tells how latencies of the last minute are spread, and nothing of what nobody told', () => {
    const window = new ChannelWindow();
    expect(window.summary(at(0)).latency).toBeNull();
    window.add(observed(0, answers(4_096)), at(1));
    window.add(observed(30, answers(64, 95)), at(31));
    window.add(observed(30, answers(1_024)), at(31));
    expect(window.summary(at(31)).latency).toEqual({
      firstByteMs: { p50: 64, p95: 1_024 },
      durationMs: { p50: 128, p95: 2_048 },
    });
    expect(window.summary(at(75)).latency).toMatchObject({ firstByteMs: { p50: 64, p95: 64 } });
    expect(window.summary(at(120)).latency).toBeNull();
  });

  it('is as slow as the fastest of its ten seconds', () => {
    const window = new ChannelWindow();
    expect(window.pace(at(0))).toBeUndefined();
    for (const [second, ms] of [
      [0, 4_096],
      [20, 1_024],
      [50, 2_048],
    ] as const) {
      window.add(observed(second, answers(ms)), at(second + 1));
    }
    expect(window.pace(at(55))).toEqual({ samples: 15, spanMs: 55_000, firstByteMs: 1_024 });
    expect(window.pace(at(95))).toEqual({ samples: 5, spanMs: 45_000, firstByteMs: 2_048 });
  });
});
