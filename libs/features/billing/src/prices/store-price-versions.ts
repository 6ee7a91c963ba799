import { priceSheet, type PriceCardVersion } from '@tollgate/contracts';
import { withTransaction } from '@tollgate/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { insertRows, type Column } from '../database/insert-rows.js';
import { query } from '../database/query.js';
import { noteFindings, type Finding } from '../findings/finding.js';

export type StoredVersion = PriceCardVersion & { readonly model: string };

export interface KnownVersion {
  readonly cardId: string;
  readonly version: number;
  readonly prices: unknown;
}

const COLUMNS: readonly Column<StoredVersion>[] = [
  { name: 'card_id', type: 'text', value: ({ id }) => id },
  { name: 'version', type: 'integer', value: ({ version }) => version },
  { name: 'model', type: 'text', value: ({ model }) => model },
  { name: 'effective_from', type: 'timestamptz', value: (row) => new Date(row.effectiveFrom).toISOString() },
  { name: 'prices', type: 'jsonb', value: ({ prices }) => JSON.stringify(prices) },
];

/** Keeps versions for ever; one that is known already stays as it was. @returns them as they are kept */
export async function storePriceVersions(
  dataSource: DataSource,
  rows: readonly StoredVersion[],
  now: number,
): Promise<readonly KnownVersion[]> {
  if (rows.length === 0) return [];
  return withTransaction(dataSource, async (manager) => {
    await insertRows(manager, {
      table: 'billing.price_versions',
      columns: COLUMNS,
      rows,
      orderBy: 'card_id, version',
      suffix: 'on conflict do nothing',
    });
    const known = await readVersions(manager, rows);
    await noteFindings(manager, changedVersions(rows, known), now);
    return known;
  });
}

async function readVersions(
  manager: EntityManager,
  rows: readonly StoredVersion[],
): Promise<readonly KnownVersion[]> {
  return query<KnownVersion>(
    manager,
    `select card_id as "cardId", version, prices from billing.price_versions
      where (card_id, version) in (select * from unnest($1::text[], $2::integer[]))`,
    [rows.map(({ id }) => id), rows.map(({ version }) => version)],
  );
}

function changedVersions(rows: readonly StoredVersion[], known: readonly KnownVersion[]): Finding[] {
  const kept = new Map(known.map(({ cardId, version, prices }) => [`${version}:${cardId}`, prices]));
  return rows.flatMap((row): Finding[] => {
    const before = priceSheet.parse(kept.get(`${row.version}:${row.id}`));
    if (canonical(before) === canonical(row.prices)) return [];
    return [
      {
        kind: 'price_version_changed',
        details: {
          model: row.model,
          priceCardId: row.id,
          version: row.version,
          kept: before,
          published: row.prices,
        },
      },
    ];
  });
}

const canonical = (prices: object): string =>
  JSON.stringify(Object.entries(prices).sort(([left], [right]) => (left < right ? -1 : 1)));
