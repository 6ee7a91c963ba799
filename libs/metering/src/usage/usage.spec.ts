import { describe, expect, it } from '@jest/globals';
import { ZERO_USAGE } from '@tollgate/contracts';
import { checkUsage } from './check-usage.js';
import { estimateUsage } from './estimate-usage.js';

describe('checking reported usage', () => {
  it('takes a sound report as it is', () => {
    expect(checkUsage({ input: 5, output: 7 })).toEqual({
      usage: { ...ZERO_USAGE, input: 5, output: 7 },
      findings: [],
    });
  });

  it.each([
    [-5, 0, 'negative_count:output'],
    [1.5, 2, 'fractional_count:output'],
    [1e12, 100_000_000, 'absurd_count:output'],
    [Infinity, 100_000_000, 'absurd_count:output'],
    ['7', 0, 'not_a_number:output'],
    [Number.NaN, 0, 'not_a_number:output'],
    [{}, 0, 'not_a_number:output'],
  ])('clamps %p to %i and says %s', (value, clamped, finding) => {
    expect(checkUsage({ output: value })).toEqual({
      usage: { ...ZERO_USAGE, output: clamped },
      findings: [finding],
    });
  });

  it('counts what is missing or null as nothing, and ignores what it does not know', () => {
    expect(checkUsage({ input: null, words: 9 })).toEqual({ usage: ZERO_USAGE, findings: [] });
  });
});

describe('estimating usage', () => {
  it('guesses from bytes, rounding up', () => {
    expect(estimateUsage({ inputBytes: 9, outputBytes: 0 })).toEqual({ ...ZERO_USAGE, input: 3 });
  });
});
