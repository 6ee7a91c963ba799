import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Rate, LimitSet, LimitStore, SlotLimit, TakeResult } from '@tollgate/admission';

/** The data of one test: nothing of another test is in it. */
export interface LimitStoreHarness {
  /** Two instances over the same data, as of two proxies; one, twice, where the data is in the process. */
  readonly stores: readonly [LimitStore, LimitStore];
  /** Makes everything that was taken so much older. */
  passTime(milliseconds: number): Promise<void>;
  /** As after a restart without a disk. */
  loseData(): Promise<void>;
  /** Removes the data. */
  close(): Promise<void>;
}

/** Real time passes in some stores while a test runs: units come back so slowly that it does not matter. */
const UNIT_MS = 100_000;
const SLACK_MS = 20_000;
const SLOT_LIFETIME_MS = 30_000;

const rate = (max: number, more: Partial<Rate> = {}): Rate => ({
  key: 'key:one:rpm',
  measure: 'requests',
  max,
  windowMs: max * UNIT_MS,
  label: `${max} requests`,
  ...more,
});

const slot = (max: number, key = 'key:one:slots'): SlotLimit => ({ key, max, label: `${max} at a time` });

const setOf = (...rates: Rate[]): LimitSet => ({ rates, slots: [] });

/** The promises of the `LimitStore` port; every adapter passes them. */
export function describeLimitStore(name: string, makeHarness: () => Promise<LimitStoreHarness>): void {
  describe(`limit store: ${name}`, () => {
    let harness: LimitStoreHarness;
    let store: LimitStore;
    let other: LimitStore;
    let requests: number;

    beforeEach(async () => {
      harness = await makeHarness();
      [store, other] = harness.stores;
      requests = 0;
    });

    afterEach(async () => {
      await Promise.all(harness.stores.map((each) => each.close()));
      await harness.close();
    });

    const take = async (limits: LimitSet, tokens = 0, from = store): Promise<TakeResult> =>
      from.take(limits, tokens, `request-${(requests += 1)}`);

    const statuses = async (limits: LimitSet, count: number, tokens = 0): Promise<string[]> => {
      const results: string[] = [];
      for (let index = 0; index < count; index += 1) results.push((await take(limits, tokens)).status);
      return results;
    };

    /** Units missing in the first rate. */
    const missing = async (of: Rate): Promise<number> => {
      const { levels } = await take(setOf({ ...of, measure: 'tokens' }), 0);
      return Math.ceil((levels[0] ?? 0) / of.windowMs);
    };

    describe('a rate', () => {
      it('gives as many units as it has, and no more', async () => {
        expect(await statuses(setOf(rate(3)), 4)).toEqual(['taken', 'taken', 'taken', 'refused']);
      });

      it('says when there is enough again', async () => {
        const limits = setOf(rate(2));
        await statuses(limits, 2);
        const refused = await take(limits);
        if (refused.status !== 'refused') throw new Error('it was not refused');
        expect(refused.by).toEqual(limits.rates[0]);
        expect(refused.retryAfterMs).toBeLessThanOrEqual(UNIT_MS);
        expect(refused.retryAfterMs).toBeGreaterThan(UNIT_MS - SLACK_MS);
      });

      it('gives the next unit once it has come back, and only one', async () => {
        const limits = setOf(rate(2));
        await statuses(limits, 2);
        await harness.passTime(UNIT_MS);
        expect(await statuses(limits, 2)).toEqual(['taken', 'refused']);
      });

      it('is full again after its window, and not fuller', async () => {
        const limits = setOf(rate(2));
        await statuses(limits, 2);
        await harness.passTime(10 * UNIT_MS);
        expect(await statuses(limits, 3)).toEqual(['taken', 'taken', 'refused']);
      });

      it('tells its level after each request', async () => {
        const limits = setOf(rate(5));
        await take(limits);
        const { levels } = await take(limits);
        expect(Math.ceil((levels[0] ?? 0) / (5 * UNIT_MS))).toBe(2);
      });

      it('of tokens gives as many as the request needs', async () => {
        const limits = setOf(rate(100, { measure: 'tokens' }));
        expect(await statuses(limits, 3, 40)).toEqual(['taken', 'taken', 'refused']);
      });

      it('of tokens lets a request pass that needs more than it can hold, when it is full', async () => {
        const limits = setOf(rate(100, { measure: 'tokens' }));
        expect(await statuses(limits, 2, 1_000)).toEqual(['taken', 'refused']);
      });

      it('is counted exactly where a double would round', async () => {
        const huge = rate(1_000_000, { windowMs: 31 * 86_400_000, measure: 'tokens' });
        await take(setOf(huge), 999_999);
        expect(await statuses(setOf(huge), 2, 1)).toEqual(['taken', 'refused']);
      });
    });

    describe('several limits', () => {
      it('take from all or from none', async () => {
        const wide = rate(10, { key: 'organization:one:rpm' });
        const limits = setOf(wide, rate(1));
        expect(await statuses(limits, 3)).toEqual(['taken', 'refused', 'refused']);
        expect(await missing(wide)).toBe(1);
      });

      it('refuse by the one that keeps the request waiting longest', async () => {
        const slow = rate(1, { key: 'key:one:day', windowMs: 50 * UNIT_MS });
        const limits = setOf(slow, rate(1));
        await take(limits);
        expect(await take(limits)).toMatchObject({ status: 'refused', by: slow });
      });

      it('take nothing from a rate when no slot is free', async () => {
        const limits = { rates: [rate(10)], slots: [slot(1)] };
        expect(await statuses(limits, 2)).toEqual(['taken', 'refused']);
        expect(await missing(rate(10))).toBe(1);
      });

      it('take no slot when a rate is empty', async () => {
        await statuses(setOf(rate(1)), 1);
        await take({ rates: [rate(1)], slots: [slot(1)] });
        expect((await take({ rates: [], slots: [slot(1)] })).status).toBe('taken');
      });
    });

    describe('correcting', () => {
      it('gives back what was not used', async () => {
        const tokens = rate(100, { measure: 'tokens' });
        await take(setOf(tokens), 90);
        await store.correct({ limits: setOf(tokens), amounts: [-80], id: 'request-1' });
        expect(await missing(tokens)).toBe(10);
      });

      it('takes what was used beyond the estimate, below empty', async () => {
        const tokens = rate(100, { measure: 'tokens' });
        await take(setOf(tokens), 50);
        await store.correct({ limits: setOf(tokens), amounts: [100], id: 'request-1' });
        const refused = await take(setOf(tokens), 1);
        if (refused.status !== 'refused') throw new Error('it was not refused');
        expect(refused.retryAfterMs).toBeGreaterThan(51 * UNIT_MS - SLACK_MS);
      });

      it('never makes a rate fuller than full', async () => {
        const tokens = rate(100, { measure: 'tokens' });
        await store.correct({ limits: setOf(tokens), amounts: [-500], id: 'request-1' });
        expect(await statuses(setOf(tokens), 2, 100)).toEqual(['taken', 'refused']);
      });

      it('leaves rates alone that have nothing to correct', async () => {
        const limits = setOf(rate(10, { key: 'other' }), rate(10));
        await take(limits);
        await store.correct({ limits, amounts: [0, -1], id: 'request-1' });
        expect(await missing(rate(10, { key: 'other' }))).toBe(1);
        expect(await missing(rate(10))).toBe(0);
      });
    });

    describe('slots', () => {
      const limits: LimitSet = { rates: [], slots: [slot(2)] };
      const free = (id: string) => store.correct({ limits, amounts: [], id });

      it('are as many as allowed', async () => {
        expect(await statuses(limits, 3)).toEqual(['taken', 'taken', 'refused']);
        expect(await take(limits)).toMatchObject({ by: limits.slots[0], retryAfterMs: 0 });
      });

      it('are free again when their request ends, however often that is said', async () => {
        await statuses(limits, 2);
        await free('request-1');
        await free('request-1');
        expect(await statuses(limits, 2)).toEqual(['taken', 'refused']);
      });

      it('of a process that was killed are free again after their lifetime', async () => {
        await statuses(limits, 2);
        await harness.passTime(SLOT_LIFETIME_MS);
        expect(await statuses(limits, 3)).toEqual(['taken', 'taken', 'refused']);
      });

      it('lapse with their process, and what its requests took of rates stays taken as estimated', async () => {
        const tokens = rate(100, { measure: 'tokens' });
        await take({ rates: [tokens], slots: [slot(1)] }, 40);
        await harness.passTime(SLOT_LIFETIME_MS);
        expect(await missing(tokens)).toBe(40);
        expect((await take({ rates: [], slots: [slot(1)] })).status).toBe('taken');
      });

      it('stay taken as long as they are renewed', async () => {
        await statuses(limits, 2);
        for (let times = 0; times < 5; times += 1) {
          await harness.passTime(SLOT_LIFETIME_MS / 2);
          await store.renew([
            { id: 'request-1', slots: limits.slots },
            { id: 'request-2', slots: limits.slots },
          ]);
        }
        expect(await statuses(limits, 1)).toEqual(['refused']);
      });
    });

    describe('a loss of the data', () => {
      it('makes rates full', async () => {
        await statuses(setOf(rate(2)), 2);
        await harness.loseData();
        expect(await statuses(setOf(rate(2)), 1)).toEqual(['taken']);
      });

      it('is no error for what is corrected afterwards', async () => {
        const tokens = rate(100, { measure: 'tokens' });
        await take(setOf(tokens), 90);
        await harness.loseData();
        await store.correct({ limits: setOf(tokens), amounts: [-80], id: 'request-1' });
        expect(await missing(tokens)).toBe(0);
      });

      it('is healed for slots with their next renewal', async () => {
        const limits: LimitSet = { rates: [], slots: [slot(1)] };
        await take(limits);
        await harness.loseData();
        await store.renew([{ id: 'request-1', slots: limits.slots }]);
        expect(await statuses(limits, 1)).toEqual(['refused']);
      });
    });

    describe('two proxies', () => {
      it('share each limit exactly, however their requests mix', async () => {
        const limits: LimitSet = { rates: [rate(50)], slots: [slot(40)] };
        const answers = await Promise.all(
          Array.from({ length: 100 }, (_, index) => take(limits, 0, index % 2 === 0 ? store : other)),
        );
        expect(answers.filter(({ status }) => status === 'taken')).toHaveLength(40);
        expect(await missing(rate(50))).toBe(40);
      });
    });
  });
}
