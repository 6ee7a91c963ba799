import { describe, expect, it } from '@jest/globals';
import type { JournalId, LeaseId } from '@tollgate/contracts';
import { HOLDER, type QuotaGround } from './ground.js';

/** Beyond what a double holds exactly. */
const HUGE = 2n ** 60n + 1n;

/** What an acquisition grants: a slice that shrinks with the balance, never more than there is. */
export function describeGranting(ground: QuotaGround): void {
  const { open, rebuild, consume, acquire, available, held } = ground;

  describe('granting', () => {
    it('takes what it grants out of the balance', async () => {
      await open(1_000n);
      expect(await acquire(1n, 100n)).toEqual({ status: 'granted', amount: 100n });
      expect(await available()).toBe(900n);
    });

    it('adds to a lease that is acquired again', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await acquire(1n, 100n);
      await ground.store.reclaim(HOLDER);
      expect(await available()).toBe(1_000n);
    });

    it('shrinks the slice as the balance does, down to the single request', async () => {
      await open(1_000n);
      const amounts: bigint[] = [];
      for (;;) {
        const result = await acquire(10n, 5_000n);
        if (result.status !== 'granted') break;
        amounts.push(result.amount);
      }
      expect(amounts.slice(0, 4)).toEqual([250n, 187n, 140n, 105n]);
      expect(amounts.at(-1)).toBe(10n);
      expect(await available()).toBeLessThan(10n);
      expect(amounts.reduce((sum, amount) => sum + amount, (await available()) ?? 0n)).toBe(1_000n);
    });

    it('grants the full amount while the balance covers it, however small the slice would be', async () => {
      await open(1_000n);
      expect(await acquire(10n, 5_000n, { amountFull: 900n })).toEqual({ status: 'granted', amount: 900n });
      expect(await acquire(10n, 5_000n, { amountFull: 900n })).toEqual({ status: 'granted', amount: 25n });
    });

    it('grants the last of the balance, and then nothing', async () => {
      await open(10n);
      expect(await acquire(10n, 100n)).toEqual({ status: 'granted', amount: 10n });
      expect(await acquire(1n, 100n)).toEqual({ status: 'insufficient' });
      expect(await available()).toBe(0n);
    });

    it('grants nothing when less than the least is there', async () => {
      await open(10n);
      expect(await acquire(11n, 100n)).toEqual({ status: 'insufficient' });
      expect(await available()).toBe(10n);
    });

    it('grants nothing from a negative balance', async () => {
      await open(-5n);
      expect(await acquire(1n, 1n)).toEqual({ status: 'insufficient' });
    });

    it('says that an account is unknown', async () => {
      await rebuild();
      expect(await acquire(1n, 1n)).toEqual({ status: 'unknown-account' });
      expect(await available()).toBeUndefined();
    });

    it('never grants more than there is to holders that ask at once', async () => {
      await open(10_000n);
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          acquire(50n, 500n, {
            leaseId: `lease-${index}` as LeaseId,
            holder: `journal-${index}` as JournalId,
          }),
        ),
      );
      const granted = results.reduce((sum, r) => (r.status === 'granted' ? sum + r.amount : sum), 0n);
      expect(granted + ((await available()) ?? 0n)).toBe(10_000n);
      expect(await available()).toBeGreaterThanOrEqual(0n);
      expect(await available()).toBeLessThan(50n);
    });

    it('is exact for balances beyond what a double holds', async () => {
      await open(HUGE);
      const first = await acquire(3n, 3n);
      expect(first).toEqual({ status: 'granted', amount: 3n });
      expect(await available()).toBe(HUGE - 3n);
      const second = await acquire(1n, HUGE);
      expect(second).toMatchObject({ status: 'granted' });
      const amount = second.status === 'granted' ? second.amount : 0n;
      expect(amount).toBeGreaterThan(0n);
      expect(amount).toBeLessThanOrEqual(HUGE / 4n);
      expect(await available()).toBe(HUGE - 3n - amount);
      const whole = HUGE - 3n - amount;
      expect(await acquire(whole, whole)).toEqual({ status: 'granted', amount: whole });
      expect(await available()).toBe(0n);
      await consume(HUGE - 1n);
      await ground.store.giveBack(HOLDER, held(HUGE - 1n));
      expect(await available()).toBe(1n);
    });

    it('tells amounts apart that a double does not', async () => {
      await open(2n ** 53n);
      expect(await acquire(2n ** 53n + 1n, 2n ** 53n + 1n)).toEqual({ status: 'insufficient' });
      expect(await acquire(2n ** 53n, 2n ** 53n)).toEqual({ status: 'granted', amount: 2n ** 53n });
    });
  });
}
