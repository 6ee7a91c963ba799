import { describe, expect, it } from '@jest/globals';
import { settingsDocument, ZERO_USAGE, type PriceCardId } from '@tollgate/contracts';
import { rateTotal } from '@tollgate/pricing';
import { Snapshot } from './snapshot.js';

const card = 'card' as PriceCardId;

describe('a snapshot', () => {
  it('prices by the version in force, though all versions of a card share its id', () => {
    const version = (number: number, effectiveFrom: number, input: string) => ({
      id: card,
      version: number,
      effectiveFrom,
      prices: { input },
    });
    const snapshot = new Snapshot({
      channels: new Map(),
      prices: new Map([['m', { model: 'm', versions: [version(1, 0, '1.00'), version(2, 100, '2.00')] }]]),
      models: new Map(),
      statuses: new Map(),
      settings: settingsDocument.parse({}),
    });
    const chargeAt = (at: number) => rateTotal({ ...ZERO_USAGE, input: 1 }, snapshot.priceOf('m', at)!.sheet);
    expect([chargeAt(50), chargeAt(100), chargeAt(99)]).toEqual([1_000n, 2_000n, 1_000n]);
    expect(snapshot.priceOf('m', 100)).toMatchObject({ id: card, version: 2 });
    expect(snapshot.priceOf('m', -1)).toBeUndefined();
    expect(snapshot.priceOf('other', 100)).toBeUndefined();
  });
});
