import type pg from 'pg';
import { quoted } from './connection.js';

export const DEFAULT_SCHEMA = 'messaging';

/** Applied in order, each once; a released one is never edited. `$schema` stands for the quoted schema. */
const MIGRATIONS: readonly string[] = [
  `
  create table $schema.messages (
    id bigint generated always as identity primary key,
    topic text not null,
    message_id text not null,
    body json not null,
    published_at timestamptz not null default now()
  );
  create table $schema.message_ids (
    topic text not null,
    message_id text not null,
    published_at timestamptz not null default now(),
    primary key (topic, message_id)
  );
  create index message_ids_by_age on $schema.message_ids (published_at);
  create table $schema.deliveries (
    topic text not null,
    consumer text not null,
    message bigint not null,
    attempts integer not null default 0,
    visible_at timestamptz not null default now(),
    primary key (topic, consumer, message)
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
  create index deliveries_by_message on $schema.deliveries (message);
  create table $schema.dead_letters (
    id bigint generated always as identity primary key,
    topic text not null,
    consumer text not null,
    message_id text not null,
    body json not null,
    reason text not null,
    attempts integer not null,
    died_at timestamptz not null default now()
  );
  create table $schema.buckets (
    name text primary key,
    revision bigint not null
  );
  create table $schema.documents (
    bucket text not null,
    key text not null,
    value json,
    deleted boolean not null,
    revision bigint not null,
    primary key (bucket, key)
  );
  create unique index documents_by_revision on $schema.documents (bucket, revision);
  `,
];

/** Creates or upgrades the tables of the Postgres adapters. Safe to call from several processes at once. */
export async function ensureMessagingSchema(pool: pg.Pool, schema: string = DEFAULT_SCHEMA): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `select pg_advisory_xact_lock(hashtextextended('tollgate messaging schema ' || $1, 0))`,
      [schema],
    );
    await client.query(`create schema if not exists ${quoted(schema)}`);
    await client.query(
      `create table if not exists ${quoted(schema)}.migrations (version integer primary key, applied_at timestamptz not null default now())`,
    );
    await applyMissing(client, schema);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function applyMissing(client: pg.PoolClient, schema: string): Promise<void> {
  const applied = await client.query<{ version: number }>(
    `select coalesce(max(version), 0) as version from ${quoted(schema)}.migrations`,
  );
  const current = applied.rows[0]?.version ?? 0;
  for (const [index, statements] of MIGRATIONS.entries()) {
    const version = index + 1;
    if (version <= current) continue;
    await client.query(statements.replaceAll('$schema', () => quoted(schema)));
    await client.query(`insert into ${quoted(schema)}.migrations (version) values ($1)`, [version]);
  }
}
