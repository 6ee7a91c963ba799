import { describe, expect, it } from '@jest/globals';
import type { BookedRequest, BudgetSums } from './books.js';
import { checkBudgets } from './budgets.js';

const ACCOUNT = 'budget:one:2026-11-26';
const RECORD: BookedRequest = {
  ...{ id: 'r', organizationId: 'org', apiKeyId: 'key', outcome: 'succeeded', charge: 30n },
};

function violations(change: {
  readonly budget?: Partial<BudgetSums>;
  readonly records?: readonly BookedRequest[];
  readonly quota?: { readonly available: bigint; readonly held: bigint } | null;
}): readonly string[] {
  const budget: BudgetSums = {
    ...{ scope: 'api-key', scopeId: 'key', periods: [{ account: ACCOUNT, amount: 100n, spent: 30n }] },
    ...change.budget,
  };
  const { quota = { available: 70n, held: 0n }, records = [RECORD] } = change;
  const books = { records, budgets: [budget] };
  return checkBudgets({ books, count: 1, quota: new Map(quota === null ? [] : [[ACCOUNT, quota]]) });
}

describe('a budget', () => {
  it('has spent what the requests of its key, or of its organisation, were charged', () => {
    const others = { ...RECORD, id: 'other', apiKeyId: 'other', organizationId: 'other' };
    expect(violations({ records: [RECORD, others] })).toEqual([]);
    expect(violations({ budget: { scope: 'organization', scopeId: 'org' } })).toEqual([]);
  });

  it('adds up over its periods', () => {
    const earlier = { account: 'budget:one:2026-11-25', amount: 100n, spent: 10n };
    const [today] = [{ account: ACCOUNT, amount: 100n, spent: 30n }];
    const books = {
      records: [{ ...RECORD, charge: 40n }],
      budgets: [{ scope: 'api-key', scopeId: 'key', periods: [earlier, today] }],
    };
    const quota = new Map([
      [earlier.account, { available: 90n, held: 0n }],
      [ACCOUNT, { available: 70n, held: 0n }],
    ]);
    expect(checkBudgets({ books, quota, count: 1 })).toEqual([]);
    expect(checkBudgets({ books, quota, count: 2 })).toEqual(['Billing knows 1 budgets instead of 2.']);
  });

  it.each([
    [
      'a charge that does not count',
      { records: [RECORD, { ...RECORD, id: 's' }] },
      /spent 30, the records say 60/,
    ],
    ['an account that the store does not have', { quota: null }, /the quota store knows no/],
    [
      'money that is gone',
      { quota: { available: 69n, held: 0n } },
      /69 available \+ 0 held, but 70 are left/,
    ],
    ['money that nobody uses', { quota: { available: 60n, held: 10n } }, /10 are held by nobody/],
  ])('is not right with %s', (_, change, message) => {
    expect(violations(change)).toEqual([expect.stringMatching(message)]);
  });

  it('is never overspent', () => {
    const periods = [{ account: ACCOUNT, amount: 20n, spent: 30n }];
    expect(violations({ budget: { periods }, quota: { available: -10n, held: 0n } })).toEqual([
      expect.stringContaining('spent 30 of 20'),
    ]);
  });
});
