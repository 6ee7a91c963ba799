import { hash } from 'node:crypto';
import type { NanoUsd, RequestId } from '@tollgate/contracts';

/** The accounts that are not an organisation's. An organisation's is `org:<id>`: what it can still spend. */
export const SYSTEM_ACCOUNTS = {
  /** Where credits of organisations come from; falls as they are issued. */
  creditIssued: 'credit-issued',
  /** What organisations were charged. */
  revenue: 'revenue',
  /** What serving cost; falls as cost arises. */
  vendorCost: 'vendor-cost',
  /** What vendors are owed. */
  vendorPayable: 'vendor-payable',
} as const;

/** The one asset: US dollars with 9 fraction digits. */
export const ASSET = 'USD/9';

export const TRANSACTION_KINDS = ['opening', 'credit', 'usage', 'reversal'] as const;
export type TransactionKind = (typeof TRANSACTION_KINDS)[number];

export interface Posting {
  readonly account: string;
  /** Signed nano-USD, not zero: positive comes in, negative goes out. */
  readonly amount: NanoUsd;
}

/** One transaction to record: its postings add up to zero. */
export interface LedgerEntry {
  readonly kind: TransactionKind;
  /** Names the business fact for ever, e.g. `usage:<request id>`: recording it again changes nothing. */
  readonly idempotencyKey: string;
  readonly postings: readonly Posting[];
  /** When the fact happened, milliseconds since the epoch; not part of what makes two inputs equal. */
  readonly at: number;
  readonly requestId?: RequestId;
  readonly description?: string;
  readonly reversalOf?: string;
}

/** The entry that undoes a transaction. It has one idempotency key a transaction: nothing is reversed twice. */
export function reversalOf(
  transaction: { readonly id: string; readonly postings: readonly Posting[] },
  input: { readonly at: number; readonly description: string },
): LedgerEntry {
  return {
    kind: 'reversal',
    idempotencyKey: `reversal:${transaction.id}`,
    reversalOf: transaction.id,
    postings: transaction.postings.map(({ account, amount }) => ({ account, amount: -amount })),
    ...input,
  };
}

/** Equal for equal input: kind, postings, request, description and what is reversed. */
export function inputHash(entry: LedgerEntry): string {
  const postings = entry.postings.map(({ account, amount }) => [account, amount.toString()]);
  const input = [entry.kind, postings, entry.requestId, entry.description, entry.reversalOf];
  return hash('sha256', JSON.stringify(input), 'base64');
}

/** What an entry must be before the database is asked; the database checks the sum once more. */
export function assertBalanced(entry: LedgerEntry): void {
  const sum = entry.postings.reduce((total, { amount }) => total + amount, 0n);
  const moves = entry.postings.length >= 2 && entry.postings.every(({ amount }) => amount !== 0n);
  if (sum !== 0n || !moves) {
    throw new Error(`The ledger entry ${entry.idempotencyKey} has no balanced postings.`);
  }
}
