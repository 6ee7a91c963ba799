import { describe, expect, it } from '@jest/globals';
import { BUDGET_PERIODS, type BudgetPeriod } from '@tollgate/contracts';
import fc from 'fast-check';
import { budgetAccount, budgetSpanAt, budgetSpanOf, isBudgetAccount } from './budget-period.js';

const span = (period: BudgetPeriod, at: string): [string, string] => {
  const { startsAt, endsAt } = budgetSpanAt(period, Date.parse(at));
  return [new Date(startsAt).toISOString(), new Date(endsAt).toISOString()];
};

describe('periods of budgets', () => {
  it.each([
    ['daily', '2026-11-26T00:00:00.000Z', '2026-11-26T00:00:00.000Z', '2026-11-27T00:00:00.000Z'],
    ['daily', '2026-11-26T23:59:59.999Z', '2026-11-26T00:00:00.000Z', '2026-11-27T00:00:00.000Z'],
    // A Thursday, a Sunday's last and a Monday's first millisecond, a week across the end of a year.
    ['weekly', '2026-11-26T12:00:00.000Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['weekly', '2026-11-29T23:59:59.999Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['weekly', '2026-11-30T00:00:00.000Z', '2026-11-30T00:00:00.000Z', '2026-12-07T00:00:00.000Z'],
    ['weekly', '2027-01-01T00:00:00.000Z', '2026-12-28T00:00:00.000Z', '2027-01-04T00:00:00.000Z'],
    ['monthly', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['monthly', '2028-02-29T01:00:00.000Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ] as const)('%s: %s lies between %s and %s', (period, at, startsAt, endsAt) => {
    expect(span(period, at)).toEqual([startsAt, endsAt]);
  });

  it('follow each other without a gap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('daily' as const, 'weekly' as const, 'monthly' as const),
        fc.integer({ min: Date.UTC(1969, 0), max: Date.UTC(2200, 0) }),
        (period, at) => {
          const { startsAt, endsAt } = budgetSpanAt(period, at);
          expect(startsAt).toBeLessThanOrEqual(at);
          expect(at).toBeLessThan(endsAt);
          expect(budgetSpanAt(period, endsAt).startsAt).toBe(endsAt);
          expect(budgetSpanAt(period, endsAt - 1).startsAt).toBe(startsAt);
        },
      ),
      { seed: 20_261_126 },
    );
  });

  it('have an account each, and a total has one for ever', () => {
    const at = Date.parse('2026-11-26T12:00:00Z');
    expect(BUDGET_PERIODS.map((period) => budgetAccount('b1', period, budgetSpanAt(period, at)))).toEqual([
      'budget:b1',
      'budget:b1:2026-11-26',
      'budget:b1:2026-11-23',
      'budget:b1:2026-11-01',
    ]);
  });

  it('are read back from their accounts, and from no other', () => {
    const at = Date.parse('2026-11-26T12:00:00Z');
    for (const period of BUDGET_PERIODS) {
      const account = budgetAccount('b1', period, budgetSpanAt(period, at));
      expect(isBudgetAccount(account)).toBe(true);
      expect(budgetSpanOf(account, 'b1', period)).toEqual(budgetSpanAt(period, at));
      expect(budgetSpanOf(account, 'b2', period)).toBeUndefined();
    }
    expect(budgetSpanOf('budget:b1:2026-11-26', 'b1', 'monthly')).toBeUndefined();
    expect(budgetSpanOf('budget:b1:never', 'b1', 'daily')).toBeUndefined();
    expect(budgetSpanOf('budget:b1:2026-11-26', 'b1', 'total')).toBeUndefined();
    expect(isBudgetAccount('org:b1')).toBe(false);
  });
});
