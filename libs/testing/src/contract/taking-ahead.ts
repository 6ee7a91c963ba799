import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LimitSet, LimitStore, Rate } from '@tollgate/admission';
import type { LimitStoreHarness } from './limit-store.js';

const UNIT_MS = 100_000;

const rate = (max: number, key = 'key:one:rpm'): Rate => ({
  ...{ key, measure: 'requests', max, windowMs: max * UNIT_MS },
  label: `${max} requests`,
});
const setOf = (...rates: Rate[]): LimitSet => ({ rates, slots: [] });

/** What a `LimitStore` that keeps the rates itself promises of what is wanted ahead. */
export function describeTakingAhead(name: string, makeHarness: () => Promise<LimitStoreHarness>): void {
  describe(`what is wanted ahead of a limit store: ${name}`, () => {
    let harness: LimitStoreHarness;
    let store: LimitStore;

    beforeEach(async () => {
      harness = await makeHarness();
      [store] = harness.stores;
    });

    afterEach(async () => {
      await Promise.all(harness.stores.map((each) => each.close()));
      await harness.close();
    });

    const missing = async (of: Rate): Promise<number> => {
      const { levels } = await store.take(setOf({ ...of, measure: 'tokens' }), 0, 'look');
      return Math.ceil((levels[0] ?? 0) / of.windowMs);
    };

    it.each([
      ['is taken where there is plenty', 6_500, 100, 100],
      ['is taken up to a part of what is left', 1_000, 100, 15],
      ['is not taken of what is little', 64, 100, 0],
    ])('%s, and in the level', async (_what, max, wanted, got) => {
      expect(await store.take(setOf(rate(max)), 0, 'request', [wanted])).toMatchObject({ ahead: [got] });
      expect(await missing(rate(max))).toBe(1 + got);
    });

    it('is for each rate of a request its own, and nothing where none is wanted', async () => {
      const limits = setOf(rate(6_500), rate(6_500, 'organization:one:rpm'));
      expect(await store.take(limits, 0, 'request-1', [0, 7])).toMatchObject({ ahead: [0, 7] });
      expect(await store.take(limits, 0, 'request-2')).toMatchObject({ ahead: [0, 0] });
    });

    it('is not taken for a request that is refused', async () => {
      const limits = setOf(rate(6_500), rate(1, 'organization:one:rpm'));
      await store.take(limits, 0, 'request-1');
      expect((await store.take(limits, 0, 'request-2', [50, 0])).status).toBe('refused');
      expect(await missing(rate(6_500))).toBe(1);
    });
  });
}
