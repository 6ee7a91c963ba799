import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Judgements of credentials and models, incidents, and what was seen of each model day by day. */
export class ChannelHealthIncidents1795651200000 implements MigrationInterface {
  readonly name = 'ChannelHealthIncidents1795651200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table channel_health.channels add column verdict jsonb');
    await runner.query(
      'alter table channel_health.transitions add column credential integer, add column model text',
    );
    // Outlives its channel. `credential` and `model` are null where the incident is of the whole channel.
    await runner.query(`
      create table channel_health.incidents (
        id bigint generated always as identity primary key,
        channel_id text not null,
        channel_name text not null,
        credential integer,
        model text,
        cause text not null,
        started_at timestamptz not null,
        ended_at timestamptz,
        affected_requests bigint not null default 0
      )`);
    await runner.query(`
      create unique index incidents_open on channel_health.incidents
        (channel_id, coalesce(credential, -1), coalesce(model, '')) where ended_at is null`);
    await runner.query('create index incidents_by_channel on channel_health.incidents (channel_id, id)');
    await runner.query('create index incidents_by_end on channel_health.incidents (ended_at)');
    await runner.query(`
      create table channel_health.traffic (
        channel_id text not null,
        model text not null,
        day date not null,
        succeeded bigint not null,
        failed bigint not null,
        primary key (channel_id, day, model)
      )`);
    await runner.query('create index traffic_by_day on channel_health.traffic (day)');
    // Moving averages in milliseconds.
    await runner.query(`
      create table channel_health.baselines (
        channel_id text not null,
        model text not null,
        first_byte_ms double precision not null,
        duration_ms double precision not null,
        samples bigint not null,
        updated_at timestamptz not null,
        primary key (channel_id, model)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table channel_health.baselines');
    await runner.query('drop table channel_health.traffic');
    await runner.query('drop table channel_health.incidents');
    await runner.query('alter table channel_health.transitions drop column credential, drop column model');
    await runner.query('alter table channel_health.channels drop column verdict');
  }
}
