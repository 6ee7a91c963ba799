import { type EntityManager } from 'typeorm';
import { ADVISORY_LOCKS } from '../advisory-locks.js';
import { connectionOf } from '../data-source.js';
import { type OutboxEntry } from './outbox-entry.js';
import { OUTBOX_TABLE, outboxChannel } from './outbox-table.js';

/**
 * Adds entries to the outbox of the transaction's schema: they are delivered, in this order, if and when it commits.
 *
 * Writers of one schema take turns from here to the end of their transactions, so that entries go out in the order of
 * commits. Therefore call it last in a transaction and once, with all entries: the turn is then short, and a
 * transaction that waits for its turn holds what it needs already.
 *
 * @throws TypeError when a value is no JSON
 */
export async function insertOutbox(manager: EntityManager, entries: readonly OutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const { schema } = connectionOf(manager.dataSource);
  const rows = entries.map(toRow);
  await manager.query(insertSql(schema), [
    ADVISORY_LOCKS.outboxOrder,
    schema,
    rows.map((row) => row.kind),
    rows.map((row) => row.target),
    rows.map((row) => row.key),
    rows.map((row) => row.body),
    outboxChannel(schema),
  ]);
}

/** One round trip. The turn is taken before the first position is drawn: the join needs its row. */
function insertSql(schema: string): string {
  return `
    with turn as materialized (select pg_advisory_xact_lock($1::int, hashtext($2))),
    inserted as (
      insert into ${schema}.${OUTBOX_TABLE} (kind, target, key, body)
      select entry.kind, entry.target, entry.key, entry.body::json
      from turn, unnest($3::text[], $4::text[], $5::text[], $6::text[])
        with ordinality as entry (kind, target, key, body, ordinal)
      order by entry.ordinal
    )
    select pg_notify($7, '')`;
}

interface OutboxRow {
  readonly kind: OutboxEntry['kind'];
  readonly target: string;
  readonly key: string;
  /** JSON text; `null` deletes a document. */
  readonly body: string | null;
}

function toRow(entry: OutboxEntry): OutboxRow {
  switch (entry.kind) {
    case 'document': {
      const body = entry.value === null ? null : toJson(entry.value, entry.key);
      return { kind: 'document', target: entry.bucket, key: entry.key, body };
    }
    case 'event':
      return {
        kind: 'event',
        target: entry.topic,
        key: entry.messageId,
        body: toJson(entry.body, entry.messageId),
      };
  }
}

/** `JSON.stringify` answers `undefined` for what is no JSON, which would pass for a deletion. */
function toJson(value: unknown, key: string): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`The outbox entry "${key}" is no JSON value.`);
  return text;
}
