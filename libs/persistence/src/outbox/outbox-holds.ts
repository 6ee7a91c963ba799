import { type EntityManager } from 'typeorm';
import { connectionOf } from '../data-source.js';
import { type OutboxDocument } from './outbox-entry.js';
import { OUTBOX_TABLE } from './outbox-table.js';

/** Whether an entry for the document waits to be delivered. */
export async function outboxHolds(
  manager: EntityManager,
  { bucket, key }: Pick<OutboxDocument, 'bucket' | 'key'>,
): Promise<boolean> {
  const { schema } = connectionOf(manager.dataSource);
  const [row] = await manager.query<{ holds: boolean }[]>(
    `select exists(select from ${schema}.${OUTBOX_TABLE}
      where kind = 'document' and target = $1 and key = $2) as holds`,
    [bucket, key],
  );
  return row?.holds === true;
}
