import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';
import type { FindingKind } from './finding.js';

export interface NotedFinding {
  readonly id: string;
  readonly kind: FindingKind;
  readonly requestId: string | null;
  readonly organizationId: string | null;
  readonly journalId: string | null;
  readonly sequence: string | null;
  readonly details: unknown;
  /** The event as it came, JSON text, when it was not recorded. */
  readonly raw: string | null;
  /** ISO 8601. */
  readonly notedAt: string;
}

/** Newest first. */
export async function readFindings(
  dataSource: DataSource,
  input: { readonly kind?: FindingKind; readonly before?: string; readonly limit: number },
): Promise<NotedFinding[]> {
  const rows = await query<Omit<NotedFinding, 'notedAt'> & { notedAt: Date }>(
    dataSource,
    `select id, kind, request_id as "requestId", organization_id as "organizationId", journal_id as "journalId",
        sequence, details, raw, noted_at as "notedAt"
      from billing.findings
      where ($1::text is null or kind = $1) and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [input.kind ?? null, input.before ?? null, input.limit],
  );
  return rows.map((row) => ({ ...row, notedAt: row.notedAt.toISOString() }));
}
