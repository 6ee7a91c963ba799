import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from } from 'pg-copy-streams';
import type { EntityManager } from 'typeorm';
import { clientOf } from './session-lock.js';

/**
 * Runs a `copy … from stdin` with this text as its input, in the running transaction of the manager: the cheapest way to
 * insert many rows, as Postgres writes them page by page and computes no expression for them.
 *
 * @throws the driver's error when Postgres refuses a row: then none is inserted
 */
export async function copyIn(manager: EntityManager, statement: string, text: string): Promise<void> {
  const runner = manager.queryRunner;
  if (runner?.isTransactionActive !== true) throw new TypeError('COPY runs in a transaction of its caller.');
  const client = await clientOf(runner);
  await pipeline(Readable.from([Buffer.from(text)]), client.query(from(statement)));
}
