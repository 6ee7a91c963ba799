import { describe, expect, it } from '@jest/globals';
import type { AccountSums, Books } from './books.js';
import { checkLedger, checkQuota } from './money.js';

const ACCOUNTS = [{ name: 'first', organizationId: 'one', opening: 100n }];

function books(change: Partial<AccountSums> = {}, more: Partial<Books> = {}): Books {
  return {
    records: [{ id: 'r', organizationId: 'one', apiKeyId: 'key', outcome: 'succeeded', charge: 30n }],
    idCount: 1,
    accounts: new Map([['org:one', { charged: 30n, posted: 70n, balance: 70n, ...change }]]),
    total: 0n,
    findings: new Map(),
    budgets: [],
    ...more,
  };
}

describe('the ledger', () => {
  it('is the sum of the charges', () => {
    expect(checkLedger(ACCOUNTS, books(), 0)).toEqual([]);
  });

  it.each([
    ['a charge that the ledger does not have', books({ charged: 29n }), /the ledger took 29/],
    ['a balance that is not opening − charges', books({ balance: 69n, posted: 69n }), /balance 69/],
    ['postings that are not the balance', books({ posted: 71n }), /postings 71/],
    ['postings that do not add up', books({}, { total: 1n }), /add up to 1/],
    ['a finding', books({}, { findings: new Map([['charge_mismatch', 2]]) }), /charge_mismatch 2 times/],
    [
      'more estimates than answers that broke off',
      books({}, { findings: new Map([['usage_missing', 2]]) }),
      /usage_missing 2 times/,
    ],
    ['an account that is missing', books({}, { accounts: new Map() }), /no account/],
  ])('is not with %s', (_, wrong, message) => {
    expect(checkLedger(ACCOUNTS, wrong, 1)).toEqual([expect.stringMatching(message)]);
  });

  it('may be estimated for an answer that broke off before its usage', () => {
    const estimated = books({}, { findings: new Map([['usage_missing', 1]]) });
    expect(checkLedger(ACCOUNTS, estimated, 1)).toEqual([]);
  });

  it('is never below zero', () => {
    const records = [{ ...books().records[0]!, charge: 130n }];
    const overdrawn = books({ charged: 130n, posted: -30n, balance: -30n }, { records });
    expect(checkLedger(ACCOUNTS, overdrawn, 0)).toEqual(['first: overdrawn to -30.']);
  });
});

describe('the quota store', () => {
  const quota = (available: bigint, held: bigint) => new Map([['org:one', { available, held }]]);

  it('has all that is not spent, and nothing held', () => {
    expect(checkQuota(ACCOUNTS, books(), quota(70n, 0n))).toEqual([]);
  });

  it('shows what is lost, and what is held by nobody', () => {
    expect(checkQuota(ACCOUNTS, books(), quota(60n, 0n))).toEqual([
      'first: 60 available + 0 held, but the ledger says 70.',
    ]);
    expect(checkQuota(ACCOUNTS, books(), quota(60n, 10n))).toEqual(['first: 10 are held by nobody.']);
    expect(checkQuota(ACCOUNTS, books(), new Map())).toEqual(['first: the quota store knows no account.']);
  });
});
