import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Notifications of budgets beside those of channels, and the events that were told of already. */
export class ChannelHealthBudgetNotices1795780800001 implements MigrationInterface {
  readonly name = 'ChannelHealthBudgetNotices1795780800001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table channel_health.notifications rename column channel_id to subject_id');
    await runner.query(`
      alter table channel_health.notifications
        add column subject_kind text not null default 'channel' check (subject_kind in ('channel', 'budget')),
        add column topic text`);
    await runner.query(`
      update channel_health.notifications
      set topic = subject_id,
        body = (body - 'channelName') || jsonb_build_object('subjectName', body -> 'channelName')`);
    await runner.query(`
      alter table channel_health.notifications
        alter column topic set not null,
        alter column subject_kind drop default`);
    await runner.query('drop index channel_health.notifications_by_rule');
    await runner.query(
      'create index notifications_by_rule on channel_health.notifications (rule, kind, topic, created_at)',
    );
    await runner.query(
      'create table channel_health.told_events (id text primary key, told_at timestamptz not null)',
    );
    await runner.query('create index told_events_by_time on channel_health.told_events (told_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table channel_health.told_events');
    await runner.query("delete from channel_health.notifications where subject_kind <> 'channel'");
    await runner.query('drop index channel_health.notifications_by_rule');
    await runner.query(
      'alter table channel_health.notifications drop column subject_kind, drop column topic',
    );
    await runner.query('alter table channel_health.notifications rename column subject_id to channel_id');
    await runner.query(`
      update channel_health.notifications
      set body = (body - 'subjectName') || jsonb_build_object('channelName', body -> 'subjectName')`);
    await runner.query(
      'create index notifications_by_rule on channel_health.notifications (rule, kind, channel_id, created_at)',
    );
  }
}
