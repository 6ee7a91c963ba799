import { type DataSource } from 'typeorm';
import { incidentsFromRows, type StoredIncident } from './incident-rows.js';
import {
  type Baseline,
  baselinesFromRows,
  type DayTraffic,
  type Outage,
  outagesFromRows,
  trafficFromRows,
} from './status-rows.js';

export interface IncidentFilter {
  readonly channelId: string | undefined;
  /** `true`: those that go on; `false`: those that ended; `undefined`: all. */
  readonly isOpen: boolean | undefined;
}

/** Answers questions about incidents and days, on any replica. */
export class IncidentReader {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first, older than the position; at most `limit`. */
  async list(
    { channelId, isOpen }: IncidentFilter,
    before: string | undefined,
    limit: number,
  ): Promise<StoredIncident[]> {
    const rows: unknown = await this.dataSource.query(
      `select * from channel_health.incidents
       where ($1::text is null or channel_id = $1) and ($2::boolean is null or (ended_at is null) = $2)
         and ($3::bigint is null or id < $3)
       order by id desc limit $4`,
      [channelId ?? null, isOpen ?? null, before ?? null, limit],
    );
    return incidentsFromRows(rows);
  }

  /** Ids of the organisations that an incident affected, after the position; `undefined`: there is no such incident. */
  async organizations(
    incidentId: string,
    after: string | undefined,
    limit: number,
  ): Promise<string[] | undefined> {
    const known: unknown[] = await this.dataSource.query(
      'select from channel_health.incidents where id = $1',
      [incidentId],
    );
    const rows: { organization_id: string }[] = await this.dataSource.query(
      `select organization_id from channel_health.incident_organizations
       where incident_id = $1 and ($2::text is null or organization_id > $2) order by organization_id limit $3`,
      [incidentId, after ?? null, limit],
    );
    return known.length === 0 ? undefined : rows.map(({ organization_id }) => organization_id);
  }

  async baselines(channelId: string): Promise<Baseline[]> {
    const rows: unknown = await this.dataSource.query(
      `select model, first_byte_ms, duration_ms, samples, updated_at, first_byte_counts, duration_counts
       from channel_health.baselines
       where channel_id = $1 order by model`,
      [channelId],
    );
    return baselinesFromRows(rows);
  }

  /** Requests of a channel and their latencies by day and model since the day of `since`, in UTC. */
  async traffic(channelId: string, since: number): Promise<DayTraffic[]> {
    const rows: unknown = await this.dataSource.query(
      `select model, to_char(day, 'YYYY-MM-DD') as day, succeeded, failed,
         first_byte_counts, duration_counts
       from channel_health.traffic
       where channel_id = $1 and day >= ($2::timestamptz at time zone 'UTC')::date
       order by model, day`,
      [channelId, new Date(since)],
    );
    return trafficFromRows(rows);
  }

  /** Incidents of a channel and its models, not of credentials: others served meanwhile. */
  async outages(channelId: string, since: number): Promise<Outage[]> {
    const rows: unknown = await this.dataSource.query(
      `select model, started_at, ended_at from channel_health.incidents
       where channel_id = $1 and credential is null and (ended_at is null or ended_at >= $2)
       order by started_at`,
      [channelId, new Date(since)],
    );
    return outagesFromRows(rows);
  }
}
