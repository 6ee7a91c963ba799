import { type ChannelId } from '@tollgate/contracts';
import { type EntityManager } from 'typeorm';
import { type LatencyBaseline } from '../judging/latency-baselines.js';
import { type Traffic } from '../judging/traffic-tally.js';
import { latencyBaselinesFromRows } from './status-rows.js';

/** The share of the newest mean in a moving average. */
const BASELINE_WEIGHT = 0.1;
const HISTORY_DAYS = 90;

export interface SaveTrafficInput {
  readonly traffic: readonly Traffic[];
  readonly baselines: readonly LatencyBaseline[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Requests a day, how long they took and how long they usually take, written in the session of whoever leads. */
export class TrafficStore {
  /** Adds to the day of `now`, in UTC, and moves the baselines. */
  async save(manager: EntityManager, { traffic, baselines, now }: SaveTrafficInput): Promise<void> {
    if (traffic.length === 0) {
      return;
    }
    const rows = JSON.stringify(traffic.map(toRow));
    await manager.query(
      `insert into channel_health.traffic as day
         (channel_id, model, day, succeeded, failed, first_byte_counts, duration_counts)
       select channel_id, model, ($2::timestamptz at time zone 'UTC')::date, succeeded, failed,
         first_byte_counts, duration_counts
       from jsonb_to_recordset($1::jsonb) as row (
         channel_id text, model text, succeeded bigint, failed bigint, first_byte_counts jsonb,
         duration_counts jsonb)
       on conflict (channel_id, day, model) do update set
         succeeded = day.succeeded + excluded.succeeded, failed = day.failed + excluded.failed,
         first_byte_counts = ${sumOf('day.first_byte_counts', 'excluded.first_byte_counts')},
         duration_counts = ${sumOf('day.duration_counts', 'excluded.duration_counts')}`,
      [rows, new Date(now)],
    );
    await manager.query(
      `insert into channel_health.baselines as baseline
         (channel_id, model, first_byte_ms, duration_ms, samples, updated_at)
       select channel_id, model, first_byte_ms, duration_ms, succeeded, $2
       from jsonb_to_recordset($1::jsonb) as row (
         channel_id text, model text, succeeded bigint, first_byte_ms double precision,
         duration_ms double precision)
       where succeeded > 0
       on conflict (channel_id, model) do update set
         first_byte_ms = baseline.first_byte_ms * (1 - $3::float8) + excluded.first_byte_ms * $3::float8,
         duration_ms = baseline.duration_ms * (1 - $3::float8) + excluded.duration_ms * $3::float8,
         samples = baseline.samples + excluded.samples, updated_at = excluded.updated_at`,
      [rows, new Date(now), BASELINE_WEIGHT],
    );
    await manager.query(
      `update channel_health.baselines as baseline
       set first_byte_counts = row.first_byte_counts, duration_counts = row.duration_counts
       from jsonb_to_recordset($1::jsonb) as row (
         channel_id text, model text, first_byte_counts jsonb, duration_counts jsonb)
       where baseline.channel_id = row.channel_id and baseline.model = row.model`,
      [JSON.stringify(baselines.map(toBaselineRow))],
    );
  }

  /** How latencies of all channels are usually spread. */
  async baselines(manager: EntityManager): Promise<LatencyBaseline[]> {
    return latencyBaselinesFromRows(
      await manager.query(
        'select channel_id, model, first_byte_counts, duration_counts from channel_health.baselines',
      ),
    );
  }

  /** Channels that no longer exist. */
  async remove(manager: EntityManager, ids: readonly ChannelId[]): Promise<void> {
    if (ids.length > 0) {
      await manager.query('delete from channel_health.baselines where channel_id = any($1)', [ids]);
      await manager.query('delete from channel_health.traffic where channel_id = any($1)', [ids]);
    }
  }

  /** Days are kept for 90 days, baselines as long as they move. */
  async forgetOld(manager: EntityManager, now: number): Promise<void> {
    const old = [new Date(now), HISTORY_DAYS];
    await manager.query(
      `delete from channel_health.traffic where day < ($1::timestamptz at time zone 'UTC')::date - $2::int`,
      old,
    );
    await manager.query(
      'delete from channel_health.baselines where updated_at < $1::timestamptz - make_interval(days => $2)',
      old,
    );
  }
}

/** SQL that adds up the counts of two columns, bucket by bucket. */
function sumOf(one: string, other: string): string {
  return `(
    select coalesce(jsonb_agg(jsonb_build_array(bucket, count) order by bucket), '[]')
    from (
      select (pair ->> 0)::integer as bucket, sum((pair ->> 1)::bigint) as count
      from jsonb_array_elements(${one} || ${other}) as pair group by bucket) as sum)`;
}

function toBaselineRow({ channelId, model, firstByte, duration }: LatencyBaseline): object {
  return { channel_id: channelId, model, first_byte_counts: firstByte, duration_counts: duration };
}

function toRow({ channelId, model, succeeded, failed, ...latencies }: Traffic): object {
  return {
    ...{ channel_id: channelId, model, succeeded, failed },
    first_byte_ms: succeeded === 0 ? 0 : latencies.firstByteMsSum / succeeded,
    duration_ms: succeeded === 0 ? 0 : latencies.durationMsSum / succeeded,
    first_byte_counts: latencies.firstByte.toCounts(),
    duration_counts: latencies.duration.toCounts(),
  };
}
