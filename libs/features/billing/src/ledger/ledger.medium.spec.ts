import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withTransaction } from '@tollgate/persistence';
import { uniqueName } from '@tollgate/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { BillingBooks } from '../../test-support/billing-books.js';
import { query } from '../database/query.js';
import { ASSET, reversalOf, type LedgerEntry, type Posting } from './ledger-entry.js';
import { Ledger, type RecordResult } from './ledger.js';

const AT = Date.parse('2026-01-02T03:04:05Z');
const ledger = new Ledger();
let books: BillingBooks;
let dataSource: DataSource;

beforeAll(async () => {
  books = await BillingBooks.open();
  ({ dataSource } = books);
});
afterAll(() => books.close());

const record = (entries: readonly LedgerEntry[]): Promise<RecordResult[]> =>
  withTransaction(dataSource, (manager) => ledger.record(manager, entries));

const entryOf = (
  idempotencyKey: string,
  postings: readonly Posting[],
  description?: string,
): LedgerEntry => ({
  kind: 'credit',
  idempotencyKey,
  postings,
  at: AT,
  ...(description === undefined ? {} : { description }),
});

const move = (from: string, to: string, amount: bigint): Posting[] => [
  { account: from, amount: -amount },
  { account: to, amount },
];

async function balanceOf(account: string): Promise<bigint> {
  const [row] = await query<{ balance: string }>(
    dataSource,
    'select balance from billing.accounts where id = $1',
    [account],
  );
  return BigInt(row?.balance ?? 0);
}

/**
 * Plays a table, one line a step, in order:
 * `move <key> <from> -> <to> <amount> [(<description>)] <status>`, `reverse <key> <status>`, `balance <account> <amount>`.
 * Keys and accounts are a table's own.
 */
async function play(table: string): Promise<void> {
  const scope = uniqueName('table');
  const recorded = new Map<string, { id: string; postings: readonly Posting[] }>();
  for (const line of table.split('\n').map((text) => text.trim())) {
    if (line !== '') await playLine(line, scope, recorded);
  }
}

async function playLine(
  line: string,
  scope: string,
  recorded: Map<string, { id: string; postings: readonly Posting[] }>,
): Promise<void> {
  const [verb = '', name = '', ...words] = line.replace(/\(.*\)/, '').split(/\s+/);
  const status = words.at(-1) ?? '';
  if (verb === 'balance') {
    expect([line, await balanceOf(`${scope}:${name}`)]).toEqual([line, BigInt(status)]);
    return;
  }
  const original = recorded.get(name);
  const entry =
    verb === 'reverse' && original !== undefined
      ? reversalOf(original, { at: AT, description: 'undone' })
      : moveEntry(line, scope, words);
  const [result] = await record([entry]);
  expect([line, result?.status]).toEqual([line, status]);
  if (verb === 'move' && result?.status === 'recorded') {
    recorded.set(name, { id: result.transactionId, postings: entry.postings });
  }
}

function moveEntry(line: string, scope: string, [from, , to, amount]: readonly string[]): LedgerEntry {
  const [, key = ''] = line.split(/\s+/);
  const postings = move(`${scope}:${from}`, `${scope}:${to}`, BigInt(amount ?? 0));
  return entryOf(`${scope}:${key}`, postings, /\((.*)\)/.exec(line)?.[1]);
}

describe('the ledger', () => {
  it('moves money between accounts', () =>
    play(`
      move credit  issued -> acme    100  recorded
      move usage-1 acme   -> revenue  30  recorded
      move usage-2 acme   -> revenue  90  recorded
      balance issued  -100
      balance acme     -20
      balance revenue  120
    `));

  it('does once what it is asked twice', () =>
    play(`
      move credit issued -> acme 100 recorded
      move credit issued -> acme 100 replayed
      move credit issued -> acme 100 replayed
      balance acme 100
    `));

  it('lets a taken key decide before anything else', () =>
    play(`
      move credit issued -> acme  100 (invoice 1) recorded
      move credit issued -> acme  101 (invoice 1) conflict
      move credit issued -> other 100 (invoice 1) conflict
      move credit issued -> acme  100 (invoice 2) conflict
      move credit issued -> acme  100 (invoice 1) replayed
      balance acme  100
      balance other   0
    `));

  it('reverses a transaction by another one, once', () =>
    play(`
      move credit issued -> acme    100 recorded
      move usage  acme   -> revenue  30 recorded
      reverse usage recorded
      reverse usage replayed
      balance acme    100
      balance revenue   0
    `));

  it('carries amounts that no float can', () =>
    play(`
      move one issued -> acme 9007199254740993 recorded
      move two issued -> acme 1                recorded
      balance acme 9007199254740994
    `));

  it('answers a replay with the transaction of the first time, also within one batch', async () => {
    const scope = uniqueName('batch');
    const entry = entryOf(`${scope}:key`, move(`${scope}:issued`, `${scope}:acme`, 5n));
    const [first, second] = await record([entry, entry]);
    expect([first?.status, second?.status].sort()).toEqual(['recorded', 'replayed']);
    const [third] = await record([entry]);
    expect(third).toEqual({
      status: 'replayed',
      transactionId: (first as { transactionId: string }).transactionId,
    });
    expect(await balanceOf(`${scope}:acme`)).toBe(5n);
  });

  it.each<[string, bigint[]]>([
    ['does not add up', [1n, -2n]],
    ['has one posting', [0n]],
    ['moves nothing', [0n, 0n]],
    ['is empty', []],
  ])('refuses an entry that %s', async (_name, amounts) => {
    const entry = entryOf(
      uniqueName('bad'),
      amounts.map((amount) => ({ account: 'x', amount })),
    );
    await expect(record([entry])).rejects.toThrow('no balanced postings');
  });

  it('has its own database refuse what it would never write', async () => {
    const insert = (transactionId: string, account: string, amounts: readonly number[]): Promise<unknown> =>
      query(
        dataSource,
        `insert into billing.postings (transaction_id, account, asset, amount, balance_after)
          select $1::uuid, $2, $3, amount, 0 from unnest($4::bigint[]) amount`,
        [transactionId, account, ASSET, amounts],
      );
    const scope = uniqueName('database');
    const [result] = await record([entryOf(scope, move('issued', 'acme', 1n))]);
    const { transactionId } = result as { transactionId: string };
    await expect(insert(transactionId, 'acme', [1])).rejects.toThrow('do not add up to zero');
    await expect(insert(transactionId, 'nobody', [1, -1])).rejects.toThrow('belongs to no account');
    await expect(insert('00000000-0000-7000-8000-000000000000', 'acme', [1, -1])).rejects.toThrow(
      'does not exist',
    );
    await expect(dataSource.query('update billing.postings set amount = amount + 1')).rejects.toThrow(
      'never changed',
    );
  });

  it('keeps sum, balances and running balances right, whatever is recorded in whatever batches', async () => {
    const account = fc.constantFrom('a', 'b', 'c', 'd');
    const entry = fc.record({
      key: fc.nat({ max: 15 }),
      from: account,
      to: account,
      amount: fc.bigInt(1n, 10n ** 15n),
    });
    const batches = fc.array(fc.array(entry, { maxLength: 8 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(batches, async (plan) => {
        const scope = uniqueName('property');
        const expected = new Map<string, bigint>();
        for (const batch of plan) {
          const entries = batch.map(({ key, from, to, amount }) =>
            entryOf(`${scope}:${key}`, move(`${scope}:${from}`, `${scope}:${to}`, amount)),
          );
          for (const [index, { status }] of (await record(entries)).entries()) {
            if (status !== 'recorded') continue;
            for (const { account: name, amount } of entries[index]?.postings ?? []) {
              expected.set(name, (expected.get(name) ?? 0n) + amount);
            }
          }
        }
        for (const [name, balance] of expected)
          expect([name, await balanceOf(name)]).toEqual([name, balance]);
        expect(await brokenRunningBalances(scope)).toEqual([]);
      }),
      { numRuns: 25, seed: 20_260_102 },
    );
  });
});

/** Postings whose balance is not the sum of all postings of their account up to them. */
function brokenRunningBalances(scope: string): Promise<unknown[]> {
  return query(
    dataSource,
    `select * from (
      select id, account, balance_after, sum(amount) over (partition by account order by id) as total
      from billing.postings where account like $1 || ':%'
    ) p where balance_after <> total`,
    [scope],
  );
}
