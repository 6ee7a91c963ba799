import { z } from 'zod';
import { milliseconds } from './channel-rows.js';

const incidentRow = z.object({
  id: z.string(),
  channel_id: z.string(),
  channel_name: z.string(),
  credential: z.number().nullable(),
  model: z.string().nullable(),
  cause: z.string(),
  started_at: milliseconds,
  ended_at: milliseconds.nullable(),
  affected_requests: z.string().transform(Number),
  affected_organizations: z.number(),
});

/** A time in which a channel, or one credential or model of it, was not served as usual. */
export type StoredIncident = z.output<typeof incidentRow>;

export function incidentsFromRows(rows: unknown): StoredIncident[] {
  return z.array(incidentRow).parse(rows);
}
