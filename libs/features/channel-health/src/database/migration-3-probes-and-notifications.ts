import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Probes, what vendors tell, and notifications on their way. */
export class ChannelHealthProbes1795651200001 implements MigrationInterface {
  readonly name = 'ChannelHealthProbes1795651200001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table channel_health.probes (
        id bigint generated always as identity primary key,
        channel_id text not null,
        at timestamptz not null,
        trigger text not null check (trigger in ('scheduled', 'manual')),
        operation text not null,
        model text not null,
        credential integer not null,
        streamed boolean not null,
        failure text,
        message text,
        first_byte_ms double precision,
        duration_ms double precision not null
      )`);
    await runner.query('create index probes_by_channel on channel_health.probes (channel_id, id)');
    await runner.query('create index probes_by_time on channel_health.probes (at)');
    await runner.query(`
      create table channel_health.vendor_checks (
        channel_id text primary key,
        checked_at timestamptz not null,
        balance_amount numeric,
        balance_currency text,
        balance_credential integer,
        balance_low boolean not null default false,
        models jsonb,
        missing jsonb not null default '[]',
        added jsonb not null default '[]',
        removed jsonb not null default '[]',
        changed_at timestamptz
      )`);
    // Delivered at least once: a row is marked after its receiver has it.
    await runner.query(`
      create table channel_health.notifications (
        id uuid primary key default gen_random_uuid(),
        rule text not null,
        kind text not null,
        channel_id text not null,
        body jsonb not null,
        created_at timestamptz not null,
        attempts integer not null default 0,
        next_attempt_at timestamptz,
        delivered_at timestamptz,
        last_error text
      )`);
    await runner.query(`
      create index notifications_due on channel_health.notifications (next_attempt_at)
        where next_attempt_at is not null`);
    await runner.query(
      'create index notifications_by_rule on channel_health.notifications (rule, kind, channel_id, created_at)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table channel_health.notifications');
    await runner.query('drop table channel_health.vendor_checks');
    await runner.query('drop table channel_health.probes');
  }
}
