import { type ChannelId, type LatencyCounts } from '@tollgate/contracts';
import { z } from 'zod';
import { type LatencyBaseline } from '../judging/latency-baselines.js';
import { milliseconds } from './channel-rows.js';

const count = z.string().transform(Number);
/** Pairs of bucket and weight. */
const counts = z.array(z.tuple([z.number(), z.number()]));

const baselineRow = z.object({
  model: z.string(),
  first_byte_ms: z.number(),
  duration_ms: z.number(),
  samples: count,
  updated_at: milliseconds,
  first_byte_counts: counts,
  duration_counts: counts,
});

const latencyBaselineRow = z
  .object({
    channel_id: z.string().transform((id) => id as ChannelId),
    model: z.string(),
    first_byte_counts: counts,
    duration_counts: counts,
  })
  .transform((row) => ({
    ...{ channelId: row.channel_id, model: row.model },
    ...{ firstByte: row.first_byte_counts, duration: row.duration_counts },
  }));

/** Not looked into: a status page has hundreds of thousands of pairs, which the database has added up. */
const summedCounts = z.custom<LatencyCounts>(Array.isArray);

const trafficRow = z.object({
  model: z.string(),
  /** `2026-11-26`, in UTC. */
  day: z.string(),
  succeeded: count,
  failed: count,
  /** Of the successes; empty where an older version counted. */
  first_byte_counts: summedCounts,
  duration_counts: summedCounts,
});

const outageRow = z.object({
  model: z.string().nullable(),
  started_at: milliseconds,
  ended_at: milliseconds.nullable(),
});

/** How fast a model of a channel usually is: moving averages in milliseconds. */
export type Baseline = z.output<typeof baselineRow>;
/** Requests of one day. */
export type DayTraffic = z.output<typeof trafficRow>;
/** An incident of a channel or a model; `model` is `null` for the channel. */
export type Outage = z.output<typeof outageRow>;

export const baselinesFromRows = (rows: unknown): Baseline[] => z.array(baselineRow).parse(rows);
export const latencyBaselinesFromRows = (rows: unknown): LatencyBaseline[] =>
  z.array(latencyBaselineRow).parse(rows);
export const trafficFromRows = (rows: unknown): DayTraffic[] => z.array(trafficRow).parse(rows);
export const outagesFromRows = (rows: unknown): Outage[] => z.array(outageRow).parse(rows);
