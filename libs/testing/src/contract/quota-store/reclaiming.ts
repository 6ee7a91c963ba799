import { describe, expect, it } from '@jest/globals';
import type { LeaseId } from '@tollgate/contracts';
import { eventually } from '../eventually.js';
import { HOLDER, LEASE, OTHER_HOLDER, OTHER_LEASE, type QuotaGround } from './ground.js';

/** What becomes of the leases of a holder that is gone, or is taken for it. */
export function describeReclaiming(ground: QuotaGround): void {
  const { open, rebuild, consume, acquire, available, held } = ground;

  describe('reclaiming', () => {
    it('gives back what the leases of the holder did not consume, and of no other', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await acquire(1n, 100n, { leaseId: OTHER_LEASE, holder: OTHER_HOLDER });
      await consume(60n);
      await ground.store.reclaim(HOLDER);
      expect(await available()).toBe(840n);
      await ground.store.reclaim(HOLDER);
      expect(await available()).toBe(840n);
    });

    it('deducts what is consumed afterwards', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await ground.store.reclaim(HOLDER);
      await consume(60n);
      expect(await available()).toBe(940n);
    });

    it('tells the holder, and believes it no more', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await ground.store.reclaim(HOLDER);
      expect(await ground.store.renew(HOLDER, [held(100n)])).toEqual([LEASE]);
      expect(await acquire(1n, 100n)).toEqual({ status: 'reclaimed' });
      await ground.store.giveBack(HOLDER, held(50n));
      expect(await available()).toBe(1_000n);
    });

    it('lets the holder begin again with another lease', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await ground.store.reclaim(HOLDER);
      expect(await acquire(1n, 100n, { leaseId: OTHER_LEASE })).toMatchObject({ status: 'granted' });
      expect(await ground.store.renew(HOLDER, [{ ...held(100n), leaseId: OTHER_LEASE }])).toEqual([]);
      await ground.store.reclaim(HOLDER);
      expect(await available()).toBe(1_000n);
    });

    it('takes any number of leases of one holder', async () => {
      await rebuild();
      const names = Array.from({ length: 1_200 }, (_, index) => `${index}`);
      await ground.store.project(
        names.map((name) => ({ account: `org:${name}`, credited: 100n, version: 1n })),
        [],
      );
      await Promise.all(
        names.map((name) => acquire(1n, 10n, { account: `org:${name}`, leaseId: name as LeaseId })),
      );
      expect(await ground.store.available('org:1199')).toBe(90n);
      const leases = names.map((name) => ({
        leaseId: name as LeaseId,
        account: `org:${name}`,
        granted: 10n,
      }));
      expect(await ground.store.renew(HOLDER, leases)).toEqual([]);
      await ground.store.reclaim(HOLDER);
      const balances = await Promise.all(names.map((name) => ground.store.available(`org:${name}`)));
      expect(new Set(balances)).toEqual(new Set([100n]));
      expect(await ground.store.renew(HOLDER, leases)).toEqual(names);
    });

    it('names holders that were not heard of, while they have leases', async () => {
      await open(1_000n);
      const before = ground.harness.now();
      await acquire(1n, 100n);
      await acquire(1n, 100n, { leaseId: OTHER_LEASE, holder: OTHER_HOLDER });
      expect(await ground.store.silentHolders(before - 1)).toEqual([]);
      ground.harness.passTime(1_000);
      const later = await eventually(
        () => ground.harness.now() > before + 5 && ground.harness.now(),
        'some time',
      );
      await ground.store.renew(OTHER_HOLDER, [{ ...held(100n), leaseId: OTHER_LEASE }]);
      expect(await ground.store.silentHolders(later)).toEqual([HOLDER]);
      await ground.store.reclaim(HOLDER);
      expect(await ground.store.silentHolders(later)).toEqual([]);
    });
  });
}
