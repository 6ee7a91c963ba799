import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatUsd, parseUsd } from './money.js';

describe('money', () => {
  it.each([
    ['0', 0n],
    ['2.50', 2_500_000_000n],
    ['0.000000001', 1n],
    ['-0.01', -10_000_000n],
    ['999999999999.999999999', 999_999_999_999_999_999_999n],
  ])('reads %s USD as %s nano-USD', (text, nano) => {
    expect(parseUsd(text)).toBe(nano);
  });

  it.each(['', '.5', '1.', '1e3', '0.0000000001', '1,5', ' 1', '+1', 'NaN', '1234567890123'])(
    'refuses %j',
    (text) => {
      expect(parseUsd(text)).toBeUndefined();
    },
  );

  it('writes what it reads, for every amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (nano) => {
        expect(parseUsd(formatUsd(nano))).toBe(nano);
      }),
    );
  });
});
