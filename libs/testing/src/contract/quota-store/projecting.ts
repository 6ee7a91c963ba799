import { describe, expect, it } from '@jest/globals';
import type { LeaseId } from '@tollgate/contracts';
import { HOLDER, OTHER_LEASE, type QuotaGround } from './ground.js';

/** What billing tells of credits and consumption, in any order and more than once. */
export function describeProjecting(ground: QuotaGround): void {
  const { open, rebuild, credit, consume, acquire, available, held } = ground;

  describe('projecting', () => {
    it('applies credits by version, once', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await credit(1_500n, 3n);
      await credit(1_500n, 3n);
      await credit(1_200n, 2n);
      expect(await available()).toBe(1_400n);
    });

    it('changes nothing when consumption within the grant is told, however often', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await consume(60n);
      await consume(40n);
      await consume(60n);
      expect(await available()).toBe(900n);
      await ground.store.reclaim(HOLDER);
      expect(await available()).toBe(940n);
    });

    it('deducts what was consumed beyond the grant', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await consume(130n);
      expect(await available()).toBe(870n);
      await ground.store.renew(HOLDER, [held(130n)]);
      expect(await available()).toBe(870n);
    });

    it('deducts what a lease consumed that was never granted, once', async () => {
      await open(1_000n);
      await consume(70n);
      await consume(70n);
      await consume(90n);
      expect(await available()).toBe(910n);
      await ground.store.renew(HOLDER, [held(90n)]);
      expect(await available()).toBe(910n);
    });

    it('deducts of a forgotten lease only what it was not told before', async () => {
      await open(1_000n);
      await consume(90n, OTHER_LEASE, 70n);
      expect(await available()).toBe(980n);
    });

    it('takes consumption before the account itself is known', async () => {
      await rebuild();
      await consume(70n);
      expect(await acquire(1n, 1n)).toEqual({ status: 'unknown-account' });
      await credit(1_000n, 1n);
      expect(await available()).toBe(930n);
    });

    it('may make the balance negative', async () => {
      await open(100n);
      await acquire(1n, 100n, { amountFull: 100n });
      await credit(20n, 2n);
      expect(await available()).toBe(-80n);
      expect(await acquire(1n, 1n)).toEqual({ status: 'insufficient' });
    });

    it('takes any number of accounts and leases at once', async () => {
      await rebuild();
      const accounts = Array.from({ length: 1_500 }, (_, index) => `org:${index}`);
      await ground.store.project(
        accounts.map((account, index) => ({ account, credited: BigInt(index), version: 1n })),
        accounts.map((account) => ({ leaseId: `of-${account}` as LeaseId, account, consumed: 1n })),
      );
      expect(await ground.store.available('org:0')).toBe(-1n);
      expect(await ground.store.available('org:1499')).toBe(1_498n);
    });
  });
}
