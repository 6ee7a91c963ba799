import { organizationAccount } from '@tollgate/admission';
import { formatUsd, type OrganizationId } from '@tollgate/contracts';
import type { DataSource } from 'typeorm';
import { query } from '../database/query.js';

/** One line of an organisation's account: a posting, with the balance after it. */
export interface StatementLine {
  readonly id: string;
  readonly transactionId: string;
  readonly kind: string;
  /** When the fact happened, ISO 8601. */
  readonly at: string;
  /** When the ledger took it, ISO 8601. */
  readonly recordedAt: string;
  /** USD; negative is spent. */
  readonly amount: string;
  /** USD, after this line. */
  readonly balance: string;
  readonly requestId: string | null;
  readonly description: string | null;
  readonly reversalOf: string | null;
}

export interface StatementInput {
  readonly organizationId: OrganizationId;
  /** Only lines older than the one of this id. */
  readonly before?: string;
  readonly limit: number;
}

type SqlRow = Omit<StatementLine, 'at' | 'recordedAt'> & { readonly at: Date; readonly recordedAt: Date };

/** Newest first. The balance after each posting is kept with it, so a page costs what it shows. */
export async function readStatement(dataSource: DataSource, input: StatementInput): Promise<StatementLine[]> {
  const rows = await query<SqlRow>(
    dataSource,
    `select p.id, p.transaction_id as "transactionId", t.kind, t.at, t.recorded_at as "recordedAt", p.amount,
        p.balance_after as balance, t.request_id as "requestId", t.description, t.reversal_of as "reversalOf"
      from billing.postings p join billing.transactions t on t.id = p.transaction_id
      where p.account = $1 and ($2::bigint is null or p.id < $2) order by p.id desc limit $3`,
    [organizationAccount(input.organizationId), input.before ?? null, input.limit],
  );
  return rows.map((row) => ({
    ...row,
    at: row.at.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
    amount: formatUsd(BigInt(row.amount)),
    balance: formatUsd(BigInt(row.balance)),
  }));
}
