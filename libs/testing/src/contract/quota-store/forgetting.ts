import { describe, expect, it } from '@jest/globals';
import { ACCOUNT, HOLDER, type QuotaGround } from './ground.js';

/** What is left of an account that is forgotten: nothing. */
export function describeForgetting(ground: QuotaGround): void {
  const { open, rebuild, acquire, available, held } = ground;

  describe('forgetting', () => {
    it('knows a forgotten account no more, and no other less', async () => {
      await open(1_000n);
      await ground.store.project([{ account: 'org:other', credited: 50n, version: 1n }], []);
      await ground.store.forget([ACCOUNT, 'org:never-seen']);
      expect(await available()).toBeUndefined();
      expect(await ground.store.available('org:other')).toBe(50n);
      expect(await acquire(1n, 1n)).toEqual({ status: 'unknown-account' });
    });

    it('takes what holders still say of their leases', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await ground.store.forget([ACCOUNT]);
      expect(await ground.store.renew(HOLDER, [held(100n)])).toEqual([]);
      await ground.store.giveBack(HOLDER, held(30n));
      await ground.store.reclaim(HOLDER);
      expect(await available()).toBeUndefined();
    });

    it('takes any number of accounts', async () => {
      await rebuild();
      const accounts = Array.from({ length: 1_000 }, (_, index) => `org:${index}`);
      await ground.store.project(
        accounts.map((account) => ({ account, credited: 1n, version: 1n })),
        [],
      );
      await ground.store.forget(accounts);
      expect(await ground.store.available('org:999')).toBeUndefined();
    });
  });
}
