import { type NotificationRule } from '@tollgate/contracts';
import { type DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { type Notice, type NoticeOrganizations } from '../notifications/notice.js';
import { milliseconds } from './channel-rows.js';

const notificationRow = z.object({
  id: z.string(),
  rule: z.string(),
  kind: z.string(),
  subject_kind: z.enum(['channel', 'budget']),
  subject_id: z.string(),
  body: z.object({ subjectName: z.string(), summary: z.string(), facts: z.record(z.string(), z.unknown()) }),
  created_at: milliseconds,
  attempts: z.number(),
  next_attempt_at: milliseconds.nullable(),
  delivered_at: milliseconds.nullable(),
  last_error: z.string().nullable(),
});
export type StoredNotification = z.output<typeof notificationRow>;

export interface EnqueueInput {
  readonly notices: readonly Notice[];
  readonly rules: readonly NotificationRule[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const HISTORY_DAYS = 30;
const TOLD_EVENTS_DAYS = 365;

/** Notifications on their way: written with what they tell of, in one transaction, and marked when they have arrived. */
export class NotificationStore {
  /** One a rule that wants the notice, unless the rule told of the same kind and topic within its cool-down. */
  async enqueue(manager: EntityManager, { notices, rules, now }: EnqueueInput): Promise<void> {
    for (const notice of notices) {
      for (const rule of rules.filter((candidate) => wants(candidate, notice))) {
        const { kind, subject, topic, summary, facts } = notice;
        const body = JSON.stringify({ subjectName: subject.name, summary, facts });
        await manager.query(
          `insert into channel_health.notifications (rule, kind, subject_kind, subject_id, topic, body, created_at, next_attempt_at)
           select $1, $2, $7, $8, $3, $4, $5::timestamptz, $5::timestamptz
           where not exists (
             select 1 from channel_health.notifications
             where rule = $1 and kind = $2 and topic = $3
               and created_at > $5::timestamptz - make_interval(secs => $6))`,
          [
            ...[rule.name, kind, topic, body, new Date(now), rule.coolDownSeconds],
            ...[subject.kind, subject.id],
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

  /**
   * Marks an event of another service as told of, in the transaction that enqueues it.
   *
   * @returns `false`: it was before, whatever came of it
   */
  async take(manager: EntityManager, eventId: string, now: number): Promise<boolean> {
    const rows: unknown = await manager.query(
      `insert into channel_health.told_events (id, told_at) values ($1, $2) on conflict (id) do nothing returning id`,
      [eventId, new Date(now)],
    );
    return Array.isArray(rows) && rows.length > 0;
  }

  /** Kept for 30 days; events of others for a year, for nothing is told twice. */
  async forgetOld(manager: EntityManager, now: number): Promise<void> {
    await manager.query(
      'delete from channel_health.notifications where created_at < $1::timestamptz - make_interval(days => $2)',
      [new Date(now), HISTORY_DAYS],
    );
    await manager.query(
      'delete from channel_health.told_events where told_at < $1::timestamptz - make_interval(days => $2)',
      [new Date(now), TOLD_EVENTS_DAYS],
    );
  }
}

function wants(rule: NotificationRule, { kind, subject, organizations }: Notice): boolean {
  const { on, channels } = rule;
  const isOfChannels =
    channels === undefined || subject.kind !== 'channel' || channels.includes(subject.name);
  return on.includes(kind) && isOfChannels && isNewsTo(rule, organizations);
}

/** Whether it is of an organisation that the rule names, and was not before. */
function isNewsTo(
  { organizations: named }: NotificationRule,
  organizations: NoticeOrganizations | undefined,
): boolean {
  if (organizations === undefined) {
    return true;
  }
  const { affected, affectedBefore } = organizations;
  if (named === undefined) {
    return affectedBefore === undefined;
  }
  const isNamed = (name: string): boolean => named.includes(name);
  return affected.some(isNamed) && !(affectedBefore ?? []).some(isNamed);
}
