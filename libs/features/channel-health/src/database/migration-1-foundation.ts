import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The judgement of each channel with the numbers it rests on, and how it came to be. */
export class ChannelHealthFoundation1764000000002 implements MigrationInterface {
  readonly name = 'ChannelHealthFoundation1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table channel_health.channels (
        channel_id text primary key,
        name text not null,
        state text not null,
        reason text not null,
        since timestamptz not null,
        retry_at timestamptz,
        rests integer not null,
        observed jsonb
      )`);
    await runner.query(`
      create table channel_health.transitions (
        id bigint generated always as identity primary key,
        channel_id text not null references channel_health.channels on delete cascade,
        from_state text not null,
        to_state text not null,
        reason text not null,
        at timestamptz not null,
        observed jsonb not null
      )`);
    await runner.query('create index transitions_by_channel on channel_health.transitions (channel_id, id)');
    await runner.query('create index transitions_by_time on channel_health.transitions (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table channel_health.transitions');
    await runner.query('drop table channel_health.channels');
  }
}
