import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { insertRows, type Column } from '../database/insert-rows.js';

/** What can be odd about an event. Nothing odd is passed over in silence: each becomes a row and a metric. */
export const FINDING_KINDS = [
  /** The proxy's charge is not what its price card gives; the ledger took the re-rated charge. */
  'charge_mismatch',
  /** No such price card version is known; the ledger took the proxy's charge. */
  'unknown_price_version',
  /** Charged without a price card; the ledger took nothing. */
  'charge_without_price',
  /** A negative vendor cost; the ledger took 0. */
  'negative_vendor_cost',
  /** The vendor's counts were corrected by the proxy. */
  'vendor_counts',
  /** An event with the id of a recorded request, but other content; only the first counts. */
  'content_conflict',
  /** The event is not what the contract says; it was not charged, `raw` holds it. */
  'event_rejected',
  /** An organisation was announced again with another opening credit; the first stays. */
  'opening_conflict',
  /** A price card version was published again with other prices; the first stays. */
  'price_version_changed',
  /** A proxy's journal was full: so many requests began without an entry, and left no record if the proxy was killed. */
  'journal_shed',
  /** A proxy fell silent for long without closing its journal; what it held was given back. */
  'journal_abandoned',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly kind: FindingKind;
  readonly requestId?: string;
  readonly organizationId?: string;
  readonly journalId?: string;
  readonly sequence?: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** The event as it came, as JSON text, when nothing else keeps it. */
  readonly raw?: string;
}

type FindingRow = Finding & { readonly notedAt: string };

const COLUMNS: readonly Column<FindingRow>[] = [
  { name: 'fingerprint', type: 'text', value: fingerprint },
  { name: 'kind', type: 'text', value: ({ kind }) => kind },
  { name: 'request_id', type: 'text', value: ({ requestId }) => requestId ?? null },
  { name: 'organization_id', type: 'text', value: ({ organizationId }) => organizationId ?? null },
  { name: 'journal_id', type: 'text', value: ({ journalId }) => journalId ?? null },
  { name: 'sequence', type: 'bigint', value: ({ sequence }) => sequence ?? null },
  { name: 'details', type: 'jsonb', value: ({ details }) => JSON.stringify(details) },
  { name: 'raw', type: 'text', value: ({ raw }) => raw ?? null },
  { name: 'noted_at', type: 'timestamptz', value: ({ notedAt }) => notedAt },
];

/** Writes findings down; the same one again, from a redelivery, is not written twice. @returns those that are new */
export async function noteFindings(
  manager: EntityManager,
  findings: readonly Finding[],
  now: number,
): Promise<FindingKind[]> {
  const notedAt = new Date(now).toISOString();
  const noted = await insertRows<FindingRow, { kind: FindingKind }>(manager, {
    table: 'billing.findings',
    columns: COLUMNS,
    rows: findings.map((finding) => ({ ...finding, notedAt })),
    orderBy: 'fingerprint',
    suffix: 'on conflict (fingerprint) do nothing returning kind',
  });
  return noted.map(({ kind }) => kind);
}

function fingerprint({
  kind,
  requestId,
  organizationId,
  journalId,
  sequence,
  details,
  raw,
}: Finding): string {
  const identity = requestId ?? [journalId, sequence, organizationId];
  return createHash('sha256')
    .update(JSON.stringify([kind, identity, details, raw]))
    .digest('base64');
}
