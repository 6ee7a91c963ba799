import { type HealthNotificationRule } from '@tollgate/contracts';
import { type DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { type HealthEvent } from '../notifications/health-event.js';
import { milliseconds } from './channel-rows.js';

const notificationRow = z.object({
  id: z.string(),
  rule: z.string(),
  kind: z.string(),
  channel_id: z.string(),
  body: z.object({ channelName: z.string(), summary: z.string(), facts: z.record(z.string(), z.unknown()) }),
  created_at: milliseconds,
  attempts: z.number(),
  next_attempt_at: milliseconds.nullable(),
  delivered_at: milliseconds.nullable(),
  last_error: z.string().nullable(),
});
export type StoredNotification = z.output<typeof notificationRow>;

export interface EnqueueInput {
  readonly events: readonly HealthEvent[];
  readonly rules: readonly HealthNotificationRule[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const HISTORY_DAYS = 30;

/** Notifications on their way: written with what they tell of, in one transaction, and marked when they have arrived. */
export class NotificationStore {
  /** One a rule that wants the event, unless the rule told of the same channel and kind within its cool-down. */
  async enqueue(manager: EntityManager, { events, rules, now }: EnqueueInput): Promise<void> {
    for (const event of events) {
      for (const rule of rules.filter((candidate) => wants(candidate, event))) {
        const { channelName, summary, facts } = event;
        await manager.query(
          `insert into channel_health.notifications (rule, kind, channel_id, body, created_at, next_attempt_at)
           select $1, $2, $3, $4, $5::timestamptz, $5::timestamptz
           where not exists (
             select 1 from channel_health.notifications
             where rule = $1 and kind = $2 and channel_id = $3
               and created_at > $5::timestamptz - make_interval(secs => $6))`,
          [
            ...[rule.name, event.kind, event.channelId, JSON.stringify({ channelName, summary, facts })],
            ...[new Date(now), rule.coolDownSeconds],
          ],
        );
      }
    }
  }

  /** Those to be sent now, oldest first. */
  async due(source: DataSource, now: number, limit: number): Promise<StoredNotification[]> {
    const rows: unknown = await source.query(
      `select * from channel_health.notifications where next_attempt_at <= $1
       order by next_attempt_at, id limit $2`,
      [new Date(now), limit],
    );
    return z.array(notificationRow).parse(rows);
  }

  async delivered(source: DataSource, id: string, now: number): Promise<void> {
    await source.query(
      `update channel_health.notifications
       set delivered_at = $2, next_attempt_at = null, attempts = attempts + 1, last_error = null where id = $1`,
      [id, new Date(now)],
    );
  }

  /** `nextAttemptAt`: `null` gives up. */
  async failed(
    source: DataSource,
    id: string,
    { error, nextAttemptAt }: { readonly error: string; readonly nextAttemptAt: number | null },
  ): Promise<void> {
    await source.query(
      `update channel_health.notifications
       set attempts = attempts + 1, last_error = $2, next_attempt_at = $3 where id = $1`,
      [id, error, nextAttemptAt === null ? null : new Date(nextAttemptAt)],
    );
  }

  /** Newest first, older than the position (time and id); at most `limit`. */
  async list(
    source: DataSource,
    before: readonly string[] | undefined,
    limit: number,
  ): Promise<StoredNotification[]> {
    const rows: unknown = await source.query(
      `select * from channel_health.notifications
       where $1::timestamptz is null or (created_at, id) < ($1::timestamptz, $2::uuid)
       order by created_at desc, id desc limit $3`,
      [before?.[0] ?? null, before?.[1] ?? null, limit],
    );
    return z.array(notificationRow).parse(rows);
  }

  /** Kept for 30 days. */
  async forgetOld(manager: EntityManager, now: number): Promise<void> {
    await manager.query(
      'delete from channel_health.notifications where created_at < $1::timestamptz - make_interval(days => $2)',
      [new Date(now), HISTORY_DAYS],
    );
  }
}

function wants({ on, channels }: HealthNotificationRule, { kind, channelName }: HealthEvent): boolean {
  return on.includes(kind) && (channels === undefined || channels.includes(channelName));
}
