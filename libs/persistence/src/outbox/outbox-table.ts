import { checkedSchemaName } from '../schema-name.js';

export const OUTBOX_TABLE = 'outbox';

/** The channel on which inserts wake the relay; one a schema. */
export function outboxChannel(schema: string): string {
  return `outbox_${checkedSchemaName(schema)}`;
}

/**
 * The table for a service's first migration. `json`, not `jsonb`: the text arrives as it was written.
 * Rows live for milliseconds, so vacuuming goes by their number, not by a share of the table.
 */
export function createOutboxTableSql(schema: string): string {
  return `
    create table ${checkedSchemaName(schema)}.${OUTBOX_TABLE} (
      position bigint generated always as identity primary key,
      kind text not null check (kind in ('document', 'event')),
      target text not null,
      key text not null,
      body json,
      created_at timestamptz not null default clock_timestamp(),
      check (kind = 'document' or body is not null)
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`;
}
