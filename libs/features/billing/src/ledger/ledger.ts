import { newId, type NanoUsd } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { insertRows, type Column } from '../database/insert-rows.js';
import { query } from '../database/query.js';
import { assertBalanced, ASSET, inputHash, type LedgerEntry } from './ledger-entry.js';

/** In order of precedence: a key that is taken decides before anything else is looked at. */
export type RecordResult =
  /** The key is taken by another input; nothing was recorded. */
  | { readonly status: 'conflict' }
  /** The same input was recorded before; this is what it gave. */
  | { readonly status: 'replayed'; readonly transactionId: string }
  | { readonly status: 'recorded'; readonly transactionId: string };

interface Transaction {
  readonly id: string;
  readonly inputHash: string;
  readonly entry: LedgerEntry;
}

interface PostingRow {
  readonly transactionId: string;
  readonly account: string;
  readonly amount: NanoUsd;
  readonly balanceAfter: NanoUsd;
}

/**
 * The one way that money moves: append-only double-entry transactions, balances updated with them. Takes part in the
 * caller's transaction, so that an entry stands or falls with what caused it. Many entries cost as many statements as
 * one. Call it once a transaction, last: it locks the accounts that it posts to.
 */
export class Ledger {
  /** @returns one result an entry, in order. @throws Error for an entry that does not add up to zero */
  async record(manager: EntityManager, entries: readonly LedgerEntry[]): Promise<RecordResult[]> {
    if (entries.length === 0) return [];
    entries.forEach(assertBalanced);
    const transactions = entries.map((entry) => ({ id: newId(), inputHash: inputHash(entry), entry }));
    const recordedIds = await insertTransactions(manager, transactions);
    const recorded = transactions.filter(({ id }) => recordedIds.has(id));
    await insertPostings(manager, recorded, await updateBalances(manager, recorded));
    const earlier = await findEarlier(manager, transactions, recordedIds);
    return transactions.map(({ id, inputHash: hash, entry }) => {
      if (recordedIds.has(id)) return { status: 'recorded', transactionId: id };
      const found = earlier.get(entry.idempotencyKey);
      if (found?.inputHash !== hash) return { status: 'conflict' };
      return { status: 'replayed', transactionId: found.id };
    });
  }
}

const TRANSACTION_COLUMNS: readonly Column<Transaction>[] = [
  { name: 'id', type: 'uuid', value: ({ id }) => id },
  { name: 'kind', type: 'text', value: ({ entry }) => entry.kind },
  { name: 'idempotency_key', type: 'text', value: ({ entry }) => entry.idempotencyKey },
  { name: 'input_hash', type: 'text', value: (row) => row.inputHash },
  { name: 'request_id', type: 'text', value: ({ entry }) => entry.requestId ?? null },
  { name: 'description', type: 'text', value: ({ entry }) => entry.description ?? null },
  { name: 'reversal_of', type: 'uuid', value: ({ entry }) => entry.reversalOf ?? null },
  { name: 'at', type: 'timestamptz', value: ({ entry }) => new Date(entry.at).toISOString() },
];

const POSTING_COLUMNS: readonly Column<PostingRow>[] = [
  { name: 'transaction_id', type: 'uuid', value: ({ transactionId }) => transactionId },
  { name: 'account', type: 'text', value: ({ account }) => account },
  { name: 'asset', type: 'text', value: () => ASSET },
  { name: 'amount', type: 'bigint', value: ({ amount }) => amount.toString() },
  { name: 'balance_after', type: 'bigint', value: ({ balanceAfter }) => balanceAfter.toString() },
];

/** @returns the ids of those that are new */
async function insertTransactions(
  manager: EntityManager,
  rows: readonly Transaction[],
): Promise<ReadonlySet<string>> {
  const inserted = await insertRows<Transaction, { id: string }>(manager, {
    table: 'billing.transactions',
    columns: TRANSACTION_COLUMNS,
    rows,
    orderBy: 'idempotency_key',
    suffix: 'on conflict (idempotency_key) do nothing returning id',
  });
  return new Set(inserted.map(({ id }) => id));
}

/** @returns each account's balance before this batch */
async function updateBalances(
  manager: EntityManager,
  transactions: readonly Transaction[],
): Promise<Map<string, NanoUsd>> {
  const changes = new Map<string, NanoUsd>();
  for (const { account, amount } of transactions.flatMap(({ entry }) => entry.postings)) {
    changes.set(account, (changes.get(account) ?? 0n) + amount);
  }
  const updated = await insertRows<[string, NanoUsd], { id: string; balance: string }>(manager, {
    table: 'billing.accounts as a',
    columns: [
      { name: 'id', type: 'text', value: ([account]) => account },
      { name: 'balance', type: 'bigint', value: ([, change]) => change.toString() },
    ],
    rows: [...changes],
    orderBy: 'id',
    suffix: 'on conflict (id) do update set balance = a.balance + excluded.balance returning id, balance',
  });
  return new Map(updated.map(({ id, balance }) => [id, BigInt(balance) - (changes.get(id) ?? 0n)]));
}

async function insertPostings(
  manager: EntityManager,
  transactions: readonly Transaction[],
  balances: Map<string, NanoUsd>,
): Promise<void> {
  const rows: PostingRow[] = [];
  for (const { id, entry } of transactions) {
    for (const { account, amount } of entry.postings) {
      const balanceAfter = (balances.get(account) ?? 0n) + amount;
      balances.set(account, balanceAfter);
      rows.push({ transactionId: id, account, amount, balanceAfter });
    }
  }
  await insertRows(manager, { table: 'billing.postings', columns: POSTING_COLUMNS, rows });
}

async function findEarlier(
  manager: EntityManager,
  transactions: readonly Transaction[],
  recordedIds: ReadonlySet<string>,
): Promise<Map<string, { id: string; inputHash: string }>> {
  const keys = transactions.filter(({ id }) => !recordedIds.has(id)).map(({ entry }) => entry.idempotencyKey);
  if (keys.length === 0) return new Map();
  const rows = await query<{ id: string; idempotency_key: string; input_hash: string }>(
    manager,
    'select id, idempotency_key, input_hash from billing.transactions where idempotency_key = any($1::text[])',
    [keys],
  );
  return new Map(rows.map((row) => [row.idempotency_key, { id: row.id, inputHash: row.input_hash }]));
}
