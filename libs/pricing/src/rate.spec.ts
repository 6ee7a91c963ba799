import { describe, expect, it } from '@jest/globals';
import {
  formatDecimal,
  formatUsd,
  ZERO_USAGE,
  type PriceSheet,
  type UsageQuantities,
} from '@tollgate/contracts';
import fc from 'fast-check';
import { compileSheet, isPriced, rate, rateTotal, upperBound } from './index.js';

const usage = (quantities: Partial<UsageQuantities>): UsageQuantities => ({ ...ZERO_USAGE, ...quantities });

const counts = fc.oneof(fc.constant(0), fc.nat(), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
const anyUsage: fc.Arbitrary<UsageQuantities> = fc.record({
  input: counts,
  cacheRead: counts,
  cacheWrite5m: counts,
  cacheWrite1h: counts,
  audioInput: counts,
  imageInput: counts,
  output: counts,
  reasoning: counts,
  audioOutput: counts,
});
const price = fc.bigInt({ min: 0n, max: 10n ** 15n }).map(formatUsd);
const anySheet: fc.Arbitrary<PriceSheet> = fc.record(
  {
    input: price,
    cacheRead: price,
    cacheWrite5m: price,
    cacheWrite1h: price,
    audioInput: price,
    imageInput: price,
    output: price,
    reasoning: price,
    audioOutput: price,
    perCall: price,
  },
  { requiredKeys: [] },
);

/** Femto-USD of an exact decimal, read without the code under test. */
const femto = (decimal: string): bigint => {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(15, '0'));
};

describe('rate', () => {
  it.each<[string, Partial<UsageQuantities>, PriceSheet, bigint]>([
    ['input and output', { input: 1_000, output: 200 }, { input: '2.50', output: '10.00' }, 4_500_000n],
    ['cached input at its own price', { cacheRead: 1_000 }, { input: '2.50', cacheRead: '1.25' }, 1_250_000n],
    ['cached input at the input price', { cacheRead: 1_000 }, { input: '2.50' }, 2_500_000n],
    ['an hour of cache at the input price', { cacheWrite1h: 10 }, { input: '1', cacheWrite5m: '9' }, 10_000n],
    ['media input at the input price', { audioInput: 10, imageInput: 10 }, { input: '1' }, 20_000n],
    ['reasoning and audio at the output price', { reasoning: 7, audioOutput: 3 }, { output: '1' }, 10_000n],
    ['a call', {}, { perCall: '0.04' }, 40_000_000n],
    ['tokens of a model that is sold per call', { input: 999 }, { perCall: '0.04' }, 40_000_000n],
    ['output of a model without an output price', { input: 1, output: 9 }, { input: '1' }, 1_000n],
    ['exactly half a nano-dollar, up', { input: 1 }, { input: '0.0005' }, 1n],
    ['just below half a nano-dollar, down', { input: 1 }, { input: '0.000499999' }, 0n],
    [
      'halves once for all lines, not a line',
      { input: 1, output: 1 },
      { input: '0.0005', output: '0.0005' },
      1n,
    ],
  ])('charges %s', (_name, quantities, sheet, total) => {
    expect(rate(usage(quantities), sheet).total).toBe(total);
  });

  it('explains the charge line by line, exactly', () => {
    const charge = rate(usage({ input: 3, reasoning: 2 }), {
      input: '0.000000001',
      output: '10',
      perCall: '0.01',
    });
    expect(charge).toEqual({
      total: 10_020_000n,
      lines: [
        {
          quantity: 'input',
          amount: 3,
          unit: 'token',
          priceUsd: '0.000000001',
          amountUsd: '0.000000000000003',
        },
        { quantity: 'reasoning', amount: 2, unit: 'token', priceUsd: '10.00', amountUsd: '0.00002' },
        { quantity: 'perCall', amount: 1, unit: 'call', priceUsd: '0.01', amountUsd: '0.01' },
      ],
    });
  });

  it('sums its lines to the total before rounding, for every usage and sheet', () => {
    fc.assert(
      fc.property(anyUsage, anySheet, (quantities, sheet) => {
        const { total, lines } = rate(quantities, sheet);
        const exact = lines.reduce((sum, line) => sum + femto(line.amountUsd), 0n);
        expect(total).toBe((exact + 500_000n) / 1_000_000n);
        expect(formatDecimal(exact, 15, 2)).toMatch(/^\d+\.\d{2,15}$/);
      }),
    );
  });

  it('never charges less for more', () => {
    fc.assert(
      fc.property(
        anyUsage,
        anySheet,
        fc.constantFrom(...Object.keys(ZERO_USAGE)),
        (quantities, sheet, name) => {
          const fewer = { ...quantities, [name]: 0 };
          expect(rate(fewer, sheet).total).toBeLessThanOrEqual(rate(quantities, sheet).total);
        },
      ),
    );
  });

  it('gives the hot path the same total', () => {
    fc.assert(
      fc.property(anyUsage, anySheet, (quantities, sheet) => {
        expect(rateTotal(quantities, compileSheet(sheet))).toBe(rate(quantities, sheet).total);
      }),
    );
  });

  it('refuses counts that are no whole numbers', () => {
    expect(() => rate(usage({ input: 0.5 }), { input: '1' })).toThrow(RangeError);
  });
});

describe('compileSheet', () => {
  it('refuses a price that is no decimal, with its field', () => {
    expect(() => compileSheet({ input: '1e3' })).toThrow(
      expect.objectContaining({ code: 'validation_failed', field: 'input' }),
    );
  });

  it.each<[PriceSheet, boolean]>([
    [{}, false],
    [{ cacheRead: '1' }, false],
    [{ input: '0' }, true],
    [{ output: '1' }, true],
    [{ perCall: '1' }, true],
  ])('knows whether %j says what a model costs', (sheet, priced) => {
    expect(isPriced(sheet)).toBe(priced);
  });
});

describe('upperBound', () => {
  it('is never less than the charge of a request within its limits', () => {
    fc.assert(
      fc.property(anyUsage, anySheet, (quantities, sheet) => {
        const { output, reasoning, audioOutput, ...inputs } = quantities;
        const inputTokensMax = Object.values(inputs).reduce((sum, count) => sum + count, 0);
        const outputTokensMax = output + reasoning + audioOutput;
        fc.pre(Number.isSafeInteger(inputTokensMax) && Number.isSafeInteger(outputTokensMax));
        expect(upperBound({ inputTokensMax, outputTokensMax }, sheet)).toBeGreaterThanOrEqual(
          rate(quantities, sheet).total,
        );
      }),
    );
  });

  it('takes the dearest price of each side and the call', () => {
    const sheet = { input: '1', cacheWrite1h: '3', output: '10', reasoning: '4', perCall: '0.5' };
    expect(upperBound({ inputTokensMax: 100, outputTokensMax: 10 }, sheet)).toBe(500_400_000n);
  });
});
