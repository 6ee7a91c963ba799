import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError, type JournalId } from '@tollgate/contracts';
import { FakeLogger, ManualClock } from '@tollgate/testing';
import { held, ManualTimers, WatchedStore } from '../../test-support/watched-store.js';
import type { Hold } from '../admission.js';
import { LeasedAdmission } from './leased-admission.js';

const ACCOUNT = 'org:one';
const HOLDER = 'journal-a' as JournalId;

describe('LeasedAdmission', () => {
  let clock: ManualClock;
  let timers: ManualTimers;
  let store: WatchedStore;
  let logger: FakeLogger;
  let policy: 'open' | 'closed';
  let admission: LeasedAdmission;

  beforeEach(async () => {
    clock = new ManualClock();
    timers = new ManualTimers(clock);
    store = new WatchedStore({ clock });
    logger = new FakeLogger();
    policy = 'closed';
    admission = makeAdmission(HOLDER);
    await store.rebuild({ accounts: [], leases: [], recoverMs: 0 });
  });

  afterEach(async () => {
    await admission.close();
  });

  const makeAdmission = (holder: JournalId): LeasedAdmission =>
    new LeasedAdmission({ store, holder, logger, onStoreDown: () => policy, clock, timers });

  let version = 0n;
  const credit = async (credited: bigint): Promise<void> => {
    version += 1n;
    await store.project([{ account: ACCOUNT, credited, version }], []);
  };

  const ask = (amountFull: bigint, amountMin = amountFull) =>
    admission.hold({ account: ACCOUNT, amountFull, amountMin });

  const hold = async (amountFull: bigint, amountMin = amountFull): Promise<Hold> =>
    held(await ask(amountFull, amountMin));

  const refusal = async (amountFull: bigint, amountMin = amountFull): Promise<string> => {
    const answer = await ask(amountFull, amountMin);
    if (!(answer instanceof GatewayError)) throw new Error('The hold was not refused.');
    return answer.code;
  };

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  describe('with money', () => {
    it('answers at once from a live lease, without asking the store', async () => {
      await credit(100_000n);
      await hold(10n);
      const second = ask(10n);
      expect(second).not.toBeInstanceOf(Promise);
      expect(held(second).amount).toBe(10n);
      expect(store.acquires).toHaveLength(1);
    });

    it('holds the full amount and names the lease', async () => {
      await credit(100_000n);
      const first = await hold(10n);
      expect(first).toMatchObject({ amount: 10n, leaseId: store.acquires[0]?.leaseId });
    });

    it('frees what was not charged', async () => {
      await credit(100n);
      const first = await hold(100n);
      first.settle(40n);
      expect((await hold(60n)).amount).toBe(60n);
    });

    it('refuses to settle a hold twice, or with a negative charge', async () => {
      await credit(100n);
      const first = await hold(100n);
      expect(() => first.settle(-1n)).toThrow('negative');
      first.settle(40n);
      expect(() => first.settle(40n)).toThrow('twice');
      expect((await hold(60n)).amount).toBe(60n);
    });

    it('asks once for all who wait', async () => {
      await credit(1_000_000n);
      const holds = await Promise.all(Array.from({ length: 50 }, () => hold(10n)));
      expect(holds.map(({ amount }) => amount)).toEqual(new Array(50).fill(10n));
      expect(store.acquires.length).toBeLessThanOrEqual(3);
    });

    it('tops up in the background before the lease is empty', async () => {
      await credit(1_000_000n);
      let waited = 0;
      for (let request = 0; request < 1_000; request += 1) {
        const answer = ask(10n);
        if (answer instanceof Promise) waited += 1;
        held(await answer).settle(10n);
        await turn();
      }
      expect(waited).toBe(1);
    });

    it('asks for more the more often it asks', async () => {
      await credit(1_000_000_000n);
      for (let request = 0; request < 10_000; request += 1) held(await ask(10n)).settle(10n);
      expect(store.acquires.length).toBeLessThan(15);
    });

    it('holds nothing for a request that costs nothing, and asks nobody', async () => {
      expect((await hold(0n)).amount).toBe(0n);
      expect(store.acquires).toHaveLength(0);
    });
  });

  describe('with little money', () => {
    it('holds what there is, down to the least', async () => {
      await credit(100n);
      expect((await hold(1_000n, 5n)).amount).toBe(25n);
      expect(await refusal(1_000n, 80n)).toBe('insufficient_balance');
      expect((await hold(1_000n, 5n)).amount).toBe(18n);
    });

    it('holds the full amount while the balance covers it', async () => {
      await credit(100n);
      expect((await hold(90n, 5n)).amount).toBe(90n);
    });

    it('refuses with insufficient_balance, and serves those who need less', async () => {
      await credit(100n);
      const answers = await Promise.all([ask(500n), ask(60n), ask(500n), ask(30n)]);
      expect(answers.map((answer) => (answer instanceof GatewayError ? answer.code : answer.amount))).toEqual(
        ['insufficient_balance', 60n, 'insufficient_balance', 30n],
      );
    });

    it('serves again once the balance was topped up', async () => {
      await credit(10n);
      expect(await refusal(50n)).toBe('insufficient_balance');
      await credit(100n);
      expect((await hold(50n)).amount).toBe(50n);
    });

    it('takes a charge above the hold from the lease, and what is missing from the balance', async () => {
      await credit(100n);
      (await hold(40n)).settle(70n);
      expect(await refusal(40n)).toBe('insufficient_balance');
      expect((await hold(30n)).amount).toBe(30n);
      await timers.tick(4);
      expect(await store.available(ACCOUNT)).toBe(0n);
    });

    it('tells the store of an overdraft when it renews', async () => {
      await credit(100n);
      (await hold(100n)).settle(170n);
      await timers.tick(4);
      expect(await store.available(ACCOUNT)).toBe(-70n);
    });
  });

  describe('sharing the balance', () => {
    it('gives idle money back after two seconds', async () => {
      await credit(1_000n);
      (await hold(10n)).settle(4n);
      expect(await store.available(ACCOUNT)).toBeLessThan(996n);
      await timers.tick(6);
      expect(await store.available(ACCOUNT)).toBe(996n);
    });

    it('gives it back sooner when the balance is short', async () => {
      await credit(100n);
      (await hold(90n)).settle(4n);
      await timers.tick(2);
      expect(await store.available(ACCOUNT)).toBe(96n);
    });

    it('keeps what open holds have set aside', async () => {
      await credit(1_000n);
      const open = await hold(10n);
      await timers.tick(6);
      expect(await store.available(ACCOUNT)).toBe(990n);
      open.settle(3n);
      await timers.tick(6);
      expect(await store.available(ACCOUNT)).toBe(997n);
    });

    it('keeps a lease that is in use', async () => {
      await credit(1_000n);
      for (let second = 0; second < 5; second += 1) {
        (await hold(10n)).settle(10n);
        await timers.tick(2);
      }
      expect(store.acquires.length).toBeLessThan(3);
    });

    it('gives everything unspent back when it closes', async () => {
      await credit(1_000n);
      (await hold(10n)).settle(4n);
      const open = await hold(20n);
      await admission.close();
      expect(await store.available(ACCOUNT)).toBe(976n);
      expect(timers.running).toBe(0);
      open.settle(5n);
      expect(await refusal(900n)).toBe('admission_unavailable');
    });
  });

  describe('living on', () => {
    it('renews its leases every two seconds', async () => {
      await credit(1_000n);
      await hold(10n);
      await timers.tick(8);
      expect(store.renewals).toBe(2);
      expect(await store.silentHolders(clock.now())).toEqual([]);
    });

    it('takes a new lease when its own was reclaimed, and keeps no money of the old one', async () => {
      await credit(1_000n);
      const open = await hold(10n);
      await store.reclaim(HOLDER);
      await timers.tick(4);
      open.settle(4n);
      const next = await hold(10n);
      expect(next.leaseId).not.toBe(open.leaseId);
      next.settle(0n);
      await admission.close();
      expect(await store.available(ACCOUNT)).toBe(1_000n);
      expect(logger.messages('warn')).toHaveLength(1);
    });

    it('takes a new lease when it asks for more and hears that its own was reclaimed', async () => {
      await credit(1_000n);
      const open = await hold(200n);
      await store.reclaim(HOLDER);
      const next = await hold(400n);
      expect(next.leaseId).not.toBe(open.leaseId);
    });

    it('forgets an account that nobody used for ten minutes', async () => {
      await credit(1_000n);
      const first = await hold(10n);
      first.settle(4n);
      await timers.tick(1_300);
      expect((await hold(10n)).leaseId).not.toBe(first.leaseId);
    });
  });

  describe('without the store', () => {
    it('serves from the live lease first', async () => {
      await credit(1_000n);
      await hold(10n);
      store.away = true;
      expect(held(ask(10n)).amount).toBe(10n);
      expect((await hold(1_000n, 5n)).amount).toBe(60n);
      expect(logger.messages('warn')).toHaveLength(1);
    });

    it('closed: refuses with admission_unavailable and says when to try again', async () => {
      await credit(1_000n);
      store.away = true;
      const answer = await ask(10n);
      expect(answer).toMatchObject({ code: 'admission_unavailable', retryAfterSeconds: 2 });
    });

    it('does not let requests wait for a store that is known to be away', async () => {
      store.away = true;
      await ask(10n);
      expect(ask(10n)).toMatchObject({ code: 'admission_unavailable' });
      expect(store.acquires).toHaveLength(1);
    });

    it('open: serves all the same, and the balance knows once the store is back', async () => {
      policy = 'open';
      await credit(100n);
      store.away = true;
      const first = await hold(80n);
      const second = await hold(80n);
      expect(first.leaseId).not.toBeNull();
      first.settle(70n);
      store.away = false;
      await timers.tick(1);
      expect(await store.available(ACCOUNT)).toBe(100n - 70n - 80n);
      second.settle(10n);
      await timers.tick(4);
      expect(await store.available(ACCOUNT)).toBe(20n);
    });

    it('asks the store again once it answers', async () => {
      await credit(1_000n);
      store.away = true;
      expect(await refusal(10n)).toBe('admission_unavailable');
      store.away = false;
      await timers.tick(1);
      expect((await hold(10n)).amount).toBe(10n);
      expect(logger.messages('info')).toHaveLength(1);
    });

    it('claims nothing twice when it could not give a lease back', async () => {
      await credit(1_000n);
      (await hold(10n)).settle(4n);
      store.away = true;
      await timers.tick(6);
      store.away = false;
      await timers.tick(5);
      expect(await store.available(ACCOUNT)).toBe(996n);
    });
  });

  describe('with an account that the store does not know', () => {
    it('waits for a moment, as the organisation may be new', async () => {
      const waiting = hold(10n);
      await turn();
      await credit(100n);
      expect((await waiting).amount).toBe(10n);
    });

    it('gives up after a second', async () => {
      const answer = await ask(10n);
      expect(answer).toMatchObject({ code: 'admission_unavailable', retryAfterSeconds: 2 });
      expect(clock.monotonic()).toBeGreaterThanOrEqual(1_000);
      expect(clock.monotonic()).toBeLessThan(1_200);
    });

    it('refuses at once when others have waited in vain', async () => {
      await ask(10n);
      const waitedMs = clock.monotonic();
      expect(await refusal(10n)).toBe('admission_unavailable');
      expect(clock.monotonic()).toBe(waitedMs);
      await credit(100n);
      expect((await hold(10n)).amount).toBe(10n);
    });
  });

  describe('while the store recovers', () => {
    beforeEach(() => {
      store = new WatchedStore({ clock });
      admission = makeAdmission(HOLDER);
    });

    it('waits until leases are granted again', async () => {
      const waiting = hold(10n);
      await turn();
      await store.rebuild({
        accounts: [{ account: ACCOUNT, credited: 100n, version: 1n, balance: 100n }],
        leases: [],
        recoverMs: 5_000,
      });
      expect((await waiting).amount).toBe(10n);
      expect(clock.monotonic()).toBeGreaterThanOrEqual(5_000);
    });

    it('closed: refuses when it takes too long', async () => {
      expect(await refusal(10n)).toBe('admission_unavailable');
      expect(clock.monotonic()).toBeGreaterThanOrEqual(6_000);
    });

    it('open: serves after a second', async () => {
      policy = 'open';
      expect((await hold(10n)).amount).toBe(10n);
      expect(clock.monotonic()).toBeGreaterThanOrEqual(1_000);
      expect(clock.monotonic()).toBeLessThan(1_200);
    });
  });
});
