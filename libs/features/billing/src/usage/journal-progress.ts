import type { EntityManager } from 'typeorm';
import { insertRows } from '../database/insert-rows.js';
import type { DecodedBatch } from './decode-batch.js';

interface Progress {
  readonly journalId: string;
  /** An int8multirange. */
  readonly committed: string;
  readonly closed: boolean;
  readonly finalSequence: number | null;
}

/**
 * Adds the sequence numbers of these batches, rejected events included, to what their journals have committed. A
 * journal that resends what is all committed has not seen its watermark: that is published again.
 */
export async function storeProgress(
  manager: EntityManager,
  batches: readonly DecodedBatch[],
  now: number,
): Promise<void> {
  const journalIds = [...new Set(batches.map(({ journalId }) => journalId))];
  const seenAt = new Date(now).toISOString();
  await insertRows<Progress>(manager, {
    table: 'billing.journals as j',
    columns: [
      { name: 'id', type: 'text', value: ({ journalId }) => journalId },
      { name: 'committed', type: 'int8multirange', value: ({ committed }) => committed },
      { name: 'closed', type: 'boolean', value: ({ closed }) => closed },
      { name: 'final_sequence', type: 'bigint', value: ({ finalSequence }) => finalSequence },
      { name: 'seen_at', type: 'timestamptz', value: () => seenAt },
    ],
    rows: journalIds.map((id) => progressOf(id, batches)),
    orderBy: 'id',
    suffix: `on conflict (id) do update set
      committed = j.committed + excluded.committed,
      published_through = case when excluded.committed <@ j.committed then 0 else j.published_through end,
      forgotten = false,
      closed = j.closed or excluded.closed,
      final_sequence = greatest(j.final_sequence, excluded.final_sequence),
      seen_at = excluded.seen_at`,
  });
}

function progressOf(journalId: string, received: readonly DecodedBatch[]): Progress {
  const batches = received.filter((batch) => batch.journalId === journalId);
  const sequences = batches
    .flatMap(({ events, rejected }) => [...events, ...rejected].map(({ sequence }) => sequence))
    .sort((left, right) => left - right);
  const finals = batches.flatMap(({ closed }) => closed?.finalSequence ?? []);
  return {
    journalId,
    committed: multirange(sequences),
    closed: batches.some(({ closed }) => closed !== undefined),
    finalSequence: finals.length === 0 ? null : Math.max(...finals),
  };
}

/** Ascending numbers as a Postgres multirange, e.g. `{[1,5),[7,8)}`. */
export function multirange(sequences: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const sequence of sequences) {
    const last = ranges.at(-1);
    if (last !== undefined && sequence <= last[1]) last[1] = Math.max(last[1], sequence + 1);
    else ranges.push([sequence, sequence + 1]);
  }
  return `{${ranges.map(([from, to]) => `[${from},${to})`).join(',')}}`;
}
