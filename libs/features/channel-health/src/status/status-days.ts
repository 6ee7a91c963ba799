import { type LatencyCounts } from '@tollgate/contracts';
import { type DayTraffic, type Outage } from '../database/status-rows.js';
import { type DayPercentiles, Latencies } from '../judgement/latencies.js';

export interface StatusDay {
  /** `2026-11-26`, in UTC. */
  readonly day: string;
  /** Share of the day, up to now, without an incident. */
  readonly uptime: number;
  readonly requests: number;
  readonly failed: number;
  /** From the attempt to the first bytes of its answer; `null`: not known. */
  readonly firstByte: DayPercentiles | null;
  /** Until the answer was complete. */
  readonly duration: DayPercentiles | null;
}

type Line = Omit<DayTraffic, 'model'>;

export interface DaysInput {
  readonly outages: readonly Pick<Outage, 'started_at' | 'ended_at'>[];
  readonly traffic: readonly Line[];
  readonly days: number;
  /** Milliseconds since the epoch; its day is the last. */
  readonly now: number;
}

const DAY_MS = 86_400_000;

/** When the first of so many days began. */
export function firstDay(days: number, now: number): number {
  return Math.floor(now / DAY_MS) * DAY_MS - (days - 1) * DAY_MS;
}

/** One line a day, oldest first. Outages that overlap count once. */
export function statusDays({ outages, traffic, days, now }: DaysInput): StatusDay[] {
  const first = firstDay(days, now);
  return Array.from({ length: days }, (_, index) => {
    const start = first + index * DAY_MS;
    const end = Math.min(start + DAY_MS, now);
    const day = new Date(start).toISOString().slice(0, 10);
    const seen = traffic.filter((line) => line.day === day);
    const failed = seen.reduce((sum, line) => sum + line.failed, 0);
    const succeeded = seen.reduce((sum, line) => sum + line.succeeded, 0);
    const up = end <= start ? 1 : 1 - downMs(outages, { start, end, now }) / (end - start);
    return {
      ...{ day, uptime: Math.round(up * 1e6) / 1e6, requests: succeeded + failed, failed },
      firstByte: percentilesOf(seen.map((line) => line.first_byte_counts)),
      duration: percentilesOf(seen.map((line) => line.duration_counts)),
    };
  });
}

/** Of all models together. */
function percentilesOf(models: readonly LatencyCounts[]): DayPercentiles | null {
  const latencies = new Latencies();
  for (const counts of models) {
    latencies.add(counts);
  }
  return latencies.dayPercentiles() ?? null;
}

/** `outages` by their start. */
function downMs(
  outages: DaysInput['outages'],
  { start, end, now }: { readonly start: number; readonly end: number; readonly now: number },
): number {
  let down = 0;
  let countedUntil = start;
  for (const outage of outages) {
    const from = Math.max(outage.started_at, countedUntil);
    const until = Math.min(outage.ended_at ?? now, end);
    if (until > from) {
      down += until - from;
      countedUntil = until;
    }
  }
  return down;
}
