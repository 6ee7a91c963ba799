import { type ChannelProbeReply } from '@tollgate/contracts';
import { type DataSource } from 'typeorm';
import { z } from 'zod';
import { milliseconds } from './channel-rows.js';

export type ProbeTrigger = 'scheduled' | 'manual';

const probeRow = z.object({
  id: z.string(),
  at: milliseconds,
  trigger: z.enum(['scheduled', 'manual']),
  operation: z.string(),
  model: z.string(),
  credential: z.number(),
  streamed: z.boolean(),
  failure: z.string().nullable(),
  message: z.string().nullable(),
  first_byte_ms: z.number().nullable(),
  duration_ms: z.number(),
});
export type StoredProbe = z.output<typeof probeRow>;

export interface ProbeRecord {
  readonly channelId: string;
  readonly trigger: ProbeTrigger;
  readonly reply: ChannelProbeReply;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const HISTORY_DAYS = 7;

/** Probes as they ended; written by whichever replica asked for them. */
export class ProbeStore {
  constructor(private readonly dataSource: DataSource) {}

  async add({ channelId, trigger, reply, at }: ProbeRecord): Promise<StoredProbe> {
    const rows: unknown = await this.dataSource.query(
      `insert into channel_health.probes
         (channel_id, at, trigger, operation, model, credential, streamed, failure, message, first_byte_ms, duration_ms)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *`,
      [
        ...[channelId, new Date(at), trigger, reply.operation, reply.model, reply.credential, reply.streamed],
        ...[reply.failure, reply.message, reply.firstByteMs, reply.durationMs],
      ],
    );
    const [probe] = z.array(probeRow).parse(rows);
    if (probe === undefined) {
      throw new Error('an insert returned nothing');
    }
    return probe;
  }

  /** Newest first, older than the position; at most `limit`. */
  async list(channelId: string, before: string | undefined, limit: number): Promise<StoredProbe[]> {
    const rows: unknown = await this.dataSource.query(
      `select * from channel_health.probes where channel_id = $1 and ($2::bigint is null or id < $2)
       order by id desc limit $3`,
      [channelId, before ?? null, limit],
    );
    return z.array(probeRow).parse(rows);
  }

  /** Kept for 7 days. */
  async forgetOld(now: number): Promise<void> {
    await this.dataSource.query(
      'delete from channel_health.probes where at < $1::timestamptz - make_interval(days => $2)',
      [new Date(now), HISTORY_DAYS],
    );
  }
}
