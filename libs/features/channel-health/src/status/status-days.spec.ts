import { describe, expect, it } from '@jest/globals';
import { latencyBucket } from '@tollgate/contracts';
import { type DaysInput, firstDay, statusDays } from './status-days.js';

const HOUR = 3_600_000;
const midnight = Date.parse('2026-11-26T00:00:00Z');
const now = midnight + 12 * HOUR;
const outage = (fromHour: number, toHour: number | null) => ({
  started_at: midnight + fromHour * HOUR,
  ended_at: toHour === null ? null : midnight + toHour * HOUR,
});
type Line = DaysInput['traffic'][number];
const line = (day: string, changes: Partial<Line> = {}): Line => ({
  ...{ day, succeeded: 0, failed: 0, first_byte_counts: [], duration_counts: [] },
  ...changes,
});

describe('the days of a status page', () => {
  it('begin so many days ago, today included, in UTC', () => {
    const days = statusDays({ outages: [], traffic: [], days: 3, now });
    expect(days.map(({ day }) => day)).toEqual(['2026-11-24', '2026-11-25', '2026-11-26']);
    expect(new Date(firstDay(3, now)).toISOString()).toBe('2026-11-24T00:00:00.000Z');
  });

  it.each([
    ['nothing', [], [1, 1]],
    ['an outage that ended', [outage(-12, -6)], [0.75, 1]],
    ['one over midnight', [outage(-6, 6)], [0.75, 0.5]],
    ['one that goes on', [outage(9, null)], [1, 0.75]],
    ['one of days', [outage(-100, null)], [0, 0]],
    ['two that overlap', [outage(0, 4), outage(2, 6)], [1, 0.5]],
    ['one within another', [outage(0, 6), outage(1, 2)], [1, 0.5]],
  ])('are up for the share without %s', (_what, outages, uptimes) => {
    const days = statusDays({ outages, traffic: [], days: 2, now });
    expect(days.map(({ uptime }) => uptime)).toEqual(uptimes);
  });

  it('count requests', () => {
    const traffic = [
      line('2026-11-26', { succeeded: 5, failed: 1 }),
      line('2026-11-26', { succeeded: 2 }),
      line('2026-11-20', { succeeded: 9, failed: 9 }),
    ];
    expect(statusDays({ outages: [], traffic, days: 2, now })).toMatchObject([
      { requests: 0, failed: 0 },
      { requests: 8, failed: 1 },
    ]);
  });

  it('have the percentiles of all that was counted on the day, and none where nothing was', () => {
    const bucket = latencyBucket;
    const traffic = [
      line('2026-11-26', { first_byte_counts: [[bucket(64), 90]], duration_counts: [[bucket(256), 98]] }),
      line('2026-11-26', { first_byte_counts: [[bucket(512), 8]], duration_counts: [[bucket(4_096), 2]] }),
      line('2026-11-26', { first_byte_counts: [[bucket(1_024), 2]] }),
      line('2026-11-20', { first_byte_counts: [[bucket(8_192), 500]] }),
    ];
    expect(statusDays({ outages: [], traffic, days: 2, now })).toMatchObject([
      { firstByte: null, duration: null },
      { firstByte: { p50: 64, p95: 512, p99: 1_024 }, duration: { p50: 256, p95: 256, p99: 4_096 } },
    ]);
  });
});
