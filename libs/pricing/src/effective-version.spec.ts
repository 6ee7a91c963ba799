import { describe, expect, it } from '@jest/globals';
import type { PriceCardDocument, PriceCardId } from '@tollgate/contracts';
import { effectiveVersion } from './index.js';

const version = (number: number, effectiveFrom: number) => ({
  id: 'card' as PriceCardId,
  version: number,
  effectiveFrom,
  prices: { input: String(number) },
});
const document: PriceCardDocument = {
  model: 'gpt-4o',
  versions: [version(1, 100), version(2, 200), version(3, 200), version(4, 300)],
};

describe('effectiveVersion', () => {
  it.each([
    [99, undefined],
    [100, 1],
    [199, 1],
    [200, 3],
    [299, 3],
    [300, 4],
    [Number.MAX_SAFE_INTEGER, 4],
  ])('at %d applies version %s', (at, expected) => {
    expect(effectiveVersion(document, at)?.version).toBe(expected);
  });
});
