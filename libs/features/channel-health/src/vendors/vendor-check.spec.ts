import { describe, expect, it } from '@jest/globals';
import { findingsOf } from './vendor-check.js';

const balance = (amount: string) => ({ amount, currency: 'USD', credential: 0 });
const check = (
  before: { models: string[] | null; balanceLow: boolean } | undefined,
  reply: { models?: string[]; amount?: string },
) =>
  findingsOf({
    known: before,
    reply: {
      models: reply.models ?? null,
      balance: reply.amount === undefined ? null : balance(reply.amount),
    },
    upstreamModels: ['a', 'b'],
    balanceMin: 5,
  });

describe('what a vendor tells', () => {
  it('names models that the channel serves and the vendor lacks', () => {
    expect(check(undefined, { models: ['a', 'c'] })).toMatchObject({
      missing: ['b'],
      added: [],
      removed: [],
    });
  });

  it('names what was added and removed since the list was read before', () => {
    const before = { models: ['a', 'b'], balanceLow: false };
    expect(check(before, { models: ['a', 'c'] })).toMatchObject({ added: ['c'], removed: ['b'] });
  });

  it('changes nothing when the vendor does not tell its models', () => {
    expect(check({ models: ['a'], balanceLow: true }, {})).toEqual({
      ...{ missing: [], added: [], removed: [] },
      ...{ balanceLow: true, becameLow: false },
    });
  });

  it.each([
    [undefined, '4.99', true, true],
    [false, '4.99', true, true],
    [true, '4.99', true, false],
    [true, '5', false, false],
    [undefined, '-1.5', true, true],
  ])('after low: %s, a balance of %s is low: %s, and news: %s', (low, amount, balanceLow, becameLow) => {
    const before = low === undefined ? undefined : { models: null, balanceLow: low };
    expect(check(before, { amount })).toMatchObject({ balanceLow, becameLow });
  });
});
