import { describe, expect, it } from '@jest/globals';
import { HOLDER, type QuotaGround } from './ground.js';

/** What holders say that they do not keep, also late and after a lost answer. */
export function describeGivingBack(ground: QuotaGround): void {
  const { open, consume, acquire, available, held } = ground;

  describe('giving back', () => {
    it('returns what the holder does not keep, and lets the lease be used again', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await ground.store.giveBack(HOLDER, held(30n));
      expect(await available()).toBe(970n);
      expect(await acquire(1n, 50n, { granted: 30n })).toEqual({ status: 'granted', amount: 50n });
      expect(await available()).toBe(920n);
    });

    it('never returns what billing knows to be consumed', async () => {
      await open(1_000n);
      await acquire(1n, 100n);
      await consume(60n);
      await ground.store.giveBack(HOLDER, held(0n));
      expect(await available()).toBe(940n);
    });

    it('ignores a statement that comes late', async () => {
      await open(1_000n);
      await acquire(1n, 100n, { granted: 0n, sequence: 1 });
      await acquire(1n, 100n, { granted: 100n, sequence: 3 });
      await ground.store.giveBack(HOLDER, held(0n, 2));
      await ground.store.renew(HOLDER, [held(100n, 3)]);
      expect(await available()).toBe(800n);
      await expect(acquire(1n, 100n, { granted: 100n, sequence: 3 })).rejects.toMatchObject({
        code: 'admission_unavailable',
      });
      expect(await available()).toBe(800n);
    });

    it('takes back a grant whose answer was lost, with the next statement', async () => {
      await open(1_000n);
      await acquire(1n, 100n, { granted: 0n, sequence: 1 });
      expect(await acquire(1n, 80n, { granted: 0n, sequence: 2 })).toEqual({
        status: 'granted',
        amount: 80n,
      });
      expect(await available()).toBe(920n);
      await ground.store.renew(HOLDER, [held(0n, 3)]);
      expect(await available()).toBe(1_000n);
    });
  });
}
