import { describe, expect, it } from '@jest/globals';
import { eventually } from '../eventually.js';
import { ACCOUNT, HOLDER, LEASE, OTHER_HOLDER, OTHER_LEASE, type QuotaGround } from './ground.js';

/** How a store that lost its data is built anew while holders still have leases. */
export function describeLosingData(ground: QuotaGround): void {
  const { open, rebuild, credit, consume, acquire, available, held } = ground;

  describe('losing its data', () => {
    const snapshot = { account: ACCOUNT, credited: 1_000n, version: 7n, balance: 900n };

    it('is blank until it is rebuilt, and grants nothing meanwhile', async () => {
      expect(await ground.store.isBlank()).toBe(true);
      expect(await acquire(1n, 1n)).toEqual({ status: 'recovering' });
      expect(await ground.store.renew(HOLDER, [held(5n)])).toEqual([]);
      await open(1_000n);
      expect(await ground.store.isBlank()).toBe(false);
      expect(await available()).toBe(1_000n);
      await ground.harness.loseData();
      expect(await ground.store.isBlank()).toBe(true);
      expect(await acquire(1n, 1n)).toEqual({ status: 'recovering' });
    });

    it('refuses projections while it is blank: they would be forgotten', async () => {
      await expect(credit(1n, 1n)).rejects.toMatchObject({ code: 'admission_unavailable' });
    });

    it('refuses a rebuild when it is not blank: the snapshot may be stale', async () => {
      await open(1_000n);
      await expect(rebuild()).rejects.toMatchObject({ code: 'admission_unavailable' });
      expect(await available()).toBe(1_000n);
    });

    it('starts from the balance, and takes what leases hold beyond their consumption out of it again', async () => {
      await ground.store.rebuild({
        accounts: [snapshot],
        leases: [{ leaseId: LEASE, account: ACCOUNT, consumed: 100n }],
        recoverMs: 0,
      });
      expect(await available()).toBe(900n);
      expect(
        await ground.store.renew(HOLDER, [held(150n, 40), { ...held(30n), leaseId: OTHER_LEASE }]),
      ).toEqual([]);
      expect(await available()).toBe(820n);
      await consume(110n, LEASE, 100n);
      expect(await available()).toBe(820n);
      await credit(1_050n, 8n);
      expect(await available()).toBe(870n);
      await ground.store.reclaim(HOLDER);
      expect(await available()).toBe(940n);
    });

    it('deducts what a lease consumed of an account that is opened later', async () => {
      await ground.store.rebuild({
        accounts: [],
        leases: [{ leaseId: LEASE, account: ACCOUNT, consumed: 100n }],
        recoverMs: 0,
      });
      expect(await available()).toBeUndefined();
      await credit(1_000n, 1n);
      expect(await available()).toBe(900n);
    });

    it('also re-attaches a lease that asks for more', async () => {
      await ground.store.rebuild({ accounts: [snapshot], leases: [], recoverMs: 0 });
      expect(await acquire(1n, 10n, { granted: 300n, sequence: 9 })).toMatchObject({ amount: 10n });
      expect(await available()).toBe(590n);
    });

    it('grants nothing until holders had the time to re-attach', async () => {
      await ground.store.rebuild({ accounts: [snapshot], leases: [], recoverMs: 200 });
      expect(await acquire(1n, 10n, { leaseId: OTHER_LEASE, holder: OTHER_HOLDER })).toEqual({
        status: 'recovering',
      });
      await ground.store.renew(HOLDER, [held(895n)]);
      const result = await eventually(async () => {
        ground.harness.passTime(50);
        const answer = await acquire(1n, 10n, { leaseId: OTHER_LEASE, holder: OTHER_HOLDER });
        return answer.status === 'recovering' ? undefined : answer;
      }, 'the end of the recovery');
      expect(result).toEqual({ status: 'granted', amount: 1n });
      expect(await available()).toBe(4n);
    });
  });
}
