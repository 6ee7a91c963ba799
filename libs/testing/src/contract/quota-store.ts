import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AcquireInput } from '@tollgate/admission';
import type { JournalId, LeaseId } from '@tollgate/contracts';
import { eventually } from './eventually.js';
import type { InspectableQuotaStore, QuotaStoreHarness } from './quota-harness.js';
import { describeQuotaInvariant } from './quota-invariant.js';

export interface QuotaStoreSuiteOptions {
  /** Random histories to try. */
  readonly histories: number;
}

const ACCOUNT = 'org:one';
const HOLDER = 'journal-a' as JournalId;
const OTHER_HOLDER = 'journal-b' as JournalId;
const LEASE = 'lease-1' as LeaseId;
const OTHER_LEASE = 'lease-2' as LeaseId;
/** Beyond what a double holds exactly. */
const HUGE = 2n ** 60n + 1n;

/** The promises of the `QuotaStore` port; every adapter passes them. */
export function describeQuotaStore(
  name: string,
  makeHarness: () => Promise<QuotaStoreHarness>,
  options: QuotaStoreSuiteOptions,
): void {
  describe(`quota store: ${name}`, () => {
    let harness: QuotaStoreHarness;
    let store: InspectableQuotaStore;

    beforeEach(async () => {
      harness = await makeHarness();
      store = harness.store;
    });

    afterEach(async () => {
      await store.close();
      await harness.close();
    });

    const rebuild = (recoverMs = 0): Promise<void> => store.rebuild({ accounts: [], leases: [], recoverMs });

    /** A store in use, with one account. */
    const open = async (balance: bigint): Promise<void> => {
      await rebuild();
      await credit(balance, 1n);
    };

    const credit = (credited: bigint, version: bigint): Promise<void> =>
      store.project([{ account: ACCOUNT, credited, version }], []);

    const consume = (consumed: bigint, leaseId = LEASE, consumedBefore = 0n): Promise<void> =>
      store.project([], [{ leaseId, account: ACCOUNT, consumed, consumedBefore }]);

    const acquire = (amountMin: bigint, amountWanted: bigint, more: Partial<AcquireInput> = {}) =>
      store.acquire({ account: ACCOUNT, leaseId: LEASE, holder: HOLDER, amountMin, amountWanted, ...more });

    const available = (): Promise<bigint | undefined> => store.available(ACCOUNT);

    const held = (granted: bigint, sequence?: number) => ({
      leaseId: LEASE,
      account: ACCOUNT,
      granted,
      ...(sequence === undefined ? {} : { sequence }),
    });

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
        await store.reclaim(HOLDER);
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
        await store.giveBack(HOLDER, held(HUGE - 1n));
        expect(await available()).toBe(1n);
      });

      it('tells amounts apart that a double does not', async () => {
        await open(2n ** 53n);
        expect(await acquire(2n ** 53n + 1n, 2n ** 53n + 1n)).toEqual({ status: 'insufficient' });
        expect(await acquire(2n ** 53n, 2n ** 53n)).toEqual({ status: 'granted', amount: 2n ** 53n });
      });
    });

    describe('giving back', () => {
      it('returns what the holder does not keep, and lets the lease be used again', async () => {
        await open(1_000n);
        await acquire(1n, 100n);
        await store.giveBack(HOLDER, held(30n));
        expect(await available()).toBe(970n);
        expect(await acquire(1n, 50n, { granted: 30n })).toEqual({ status: 'granted', amount: 50n });
        expect(await available()).toBe(920n);
      });

      it('never returns what billing knows to be consumed', async () => {
        await open(1_000n);
        await acquire(1n, 100n);
        await consume(60n);
        await store.giveBack(HOLDER, held(0n));
        expect(await available()).toBe(940n);
      });

      it('ignores a statement that comes late', async () => {
        await open(1_000n);
        await acquire(1n, 100n, { granted: 0n, sequence: 1 });
        await acquire(1n, 100n, { granted: 100n, sequence: 3 });
        await store.giveBack(HOLDER, held(0n, 2));
        await store.renew(HOLDER, [held(100n, 3)]);
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
        await store.renew(HOLDER, [held(0n, 3)]);
        expect(await available()).toBe(1_000n);
      });
    });

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
        await store.reclaim(HOLDER);
        expect(await available()).toBe(940n);
      });

      it('deducts what was consumed beyond the grant', async () => {
        await open(1_000n);
        await acquire(1n, 100n);
        await consume(130n);
        expect(await available()).toBe(870n);
        await store.renew(HOLDER, [held(130n)]);
        expect(await available()).toBe(870n);
      });

      it('deducts what a lease consumed that was never granted, once', async () => {
        await open(1_000n);
        await consume(70n);
        await consume(70n);
        await consume(90n);
        expect(await available()).toBe(910n);
        await store.renew(HOLDER, [held(90n)]);
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
        await store.project(
          accounts.map((account, index) => ({ account, credited: BigInt(index), version: 1n })),
          accounts.map((account) => ({ leaseId: `of-${account}` as LeaseId, account, consumed: 1n })),
        );
        expect(await store.available('org:0')).toBe(-1n);
        expect(await store.available('org:1499')).toBe(1_498n);
      });
    });

    describe('reclaiming', () => {
      it('gives back what the leases of the holder did not consume, and of no other', async () => {
        await open(1_000n);
        await acquire(1n, 100n);
        await acquire(1n, 100n, { leaseId: OTHER_LEASE, holder: OTHER_HOLDER });
        await consume(60n);
        await store.reclaim(HOLDER);
        expect(await available()).toBe(840n);
        await store.reclaim(HOLDER);
        expect(await available()).toBe(840n);
      });

      it('deducts what is consumed afterwards', async () => {
        await open(1_000n);
        await acquire(1n, 100n);
        await store.reclaim(HOLDER);
        await consume(60n);
        expect(await available()).toBe(940n);
      });

      it('tells the holder, and believes it no more', async () => {
        await open(1_000n);
        await acquire(1n, 100n);
        await store.reclaim(HOLDER);
        expect(await store.renew(HOLDER, [held(100n)])).toEqual([LEASE]);
        expect(await acquire(1n, 100n)).toEqual({ status: 'reclaimed' });
        await store.giveBack(HOLDER, held(50n));
        expect(await available()).toBe(1_000n);
      });

      it('lets the holder begin again with another lease', async () => {
        await open(1_000n);
        await acquire(1n, 100n);
        await store.reclaim(HOLDER);
        expect(await acquire(1n, 100n, { leaseId: OTHER_LEASE })).toMatchObject({ status: 'granted' });
        expect(await store.renew(HOLDER, [{ ...held(100n), leaseId: OTHER_LEASE }])).toEqual([]);
        await store.reclaim(HOLDER);
        expect(await available()).toBe(1_000n);
      });

      it('takes any number of leases of one holder', async () => {
        await rebuild();
        const names = Array.from({ length: 1_200 }, (_, index) => `${index}`);
        await store.project(
          names.map((name) => ({ account: `org:${name}`, credited: 100n, version: 1n })),
          [],
        );
        await Promise.all(
          names.map((name) => acquire(1n, 10n, { account: `org:${name}`, leaseId: name as LeaseId })),
        );
        expect(await store.available('org:1199')).toBe(90n);
        const leases = names.map((name) => ({
          leaseId: name as LeaseId,
          account: `org:${name}`,
          granted: 10n,
        }));
        expect(await store.renew(HOLDER, leases)).toEqual([]);
        await store.reclaim(HOLDER);
        const balances = await Promise.all(names.map((name) => store.available(`org:${name}`)));
        expect(new Set(balances)).toEqual(new Set([100n]));
        expect(await store.renew(HOLDER, leases)).toEqual(names);
      });

      it('names holders that were not heard of, while they have leases', async () => {
        await open(1_000n);
        const before = harness.now();
        await acquire(1n, 100n);
        await acquire(1n, 100n, { leaseId: OTHER_LEASE, holder: OTHER_HOLDER });
        expect(await store.silentHolders(before - 1)).toEqual([]);
        harness.passTime(1_000);
        const later = await eventually(() => harness.now() > before + 5 && harness.now(), 'some time');
        await store.renew(OTHER_HOLDER, [{ ...held(100n), leaseId: OTHER_LEASE }]);
        expect(await store.silentHolders(later)).toEqual([HOLDER]);
        await store.reclaim(HOLDER);
        expect(await store.silentHolders(later)).toEqual([]);
      });
    });

    describe('forgetting', () => {
      it('knows a forgotten account no more, and no other less', async () => {
        await open(1_000n);
        await store.project([{ account: 'org:other', credited: 50n, version: 1n }], []);
        await store.forget([ACCOUNT, 'org:never-seen']);
        expect(await available()).toBeUndefined();
        expect(await store.available('org:other')).toBe(50n);
        expect(await acquire(1n, 1n)).toEqual({ status: 'unknown-account' });
      });

      it('takes what holders still say of their leases', async () => {
        await open(1_000n);
        await acquire(1n, 100n);
        await store.forget([ACCOUNT]);
        expect(await store.renew(HOLDER, [held(100n)])).toEqual([]);
        await store.giveBack(HOLDER, held(30n));
        await store.reclaim(HOLDER);
        expect(await available()).toBeUndefined();
      });

      it('takes any number of accounts', async () => {
        await rebuild();
        const accounts = Array.from({ length: 1_000 }, (_, index) => `org:${index}`);
        await store.project(
          accounts.map((account) => ({ account, credited: 1n, version: 1n })),
          [],
        );
        await store.forget(accounts);
        expect(await store.available('org:999')).toBeUndefined();
      });
    });

    describe('losing its data', () => {
      const snapshot = { account: ACCOUNT, credited: 1_000n, version: 7n, balance: 900n };

      it('is blank until it is rebuilt, and grants nothing meanwhile', async () => {
        expect(await store.isBlank()).toBe(true);
        expect(await acquire(1n, 1n)).toEqual({ status: 'recovering' });
        expect(await store.renew(HOLDER, [held(5n)])).toEqual([]);
        await open(1_000n);
        expect(await store.isBlank()).toBe(false);
        expect(await available()).toBe(1_000n);
        await harness.loseData();
        expect(await store.isBlank()).toBe(true);
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
        await store.rebuild({
          accounts: [snapshot],
          leases: [{ leaseId: LEASE, account: ACCOUNT, consumed: 100n }],
          recoverMs: 0,
        });
        expect(await available()).toBe(900n);
        expect(await store.renew(HOLDER, [held(150n, 40), { ...held(30n), leaseId: OTHER_LEASE }])).toEqual(
          [],
        );
        expect(await available()).toBe(820n);
        await consume(110n, LEASE, 100n);
        expect(await available()).toBe(820n);
        await credit(1_050n, 8n);
        expect(await available()).toBe(870n);
        await store.reclaim(HOLDER);
        expect(await available()).toBe(940n);
      });

      it('deducts what a lease consumed of an account that is opened later', async () => {
        await store.rebuild({
          accounts: [],
          leases: [{ leaseId: LEASE, account: ACCOUNT, consumed: 100n }],
          recoverMs: 0,
        });
        expect(await available()).toBeUndefined();
        await credit(1_000n, 1n);
        expect(await available()).toBe(900n);
      });

      it('also re-attaches a lease that asks for more', async () => {
        await store.rebuild({ accounts: [snapshot], leases: [], recoverMs: 0 });
        expect(await acquire(1n, 10n, { granted: 300n, sequence: 9 })).toMatchObject({ amount: 10n });
        expect(await available()).toBe(590n);
      });

      it('grants nothing until holders had the time to re-attach', async () => {
        await store.rebuild({ accounts: [snapshot], leases: [], recoverMs: 200 });
        expect(await acquire(1n, 10n, { leaseId: OTHER_LEASE, holder: OTHER_HOLDER })).toEqual({
          status: 'recovering',
        });
        await store.renew(HOLDER, [held(895n)]);
        const result = await eventually(async () => {
          harness.passTime(50);
          const answer = await acquire(1n, 10n, { leaseId: OTHER_LEASE, holder: OTHER_HOLDER });
          return answer.status === 'recovering' ? undefined : answer;
        }, 'the end of the recovery');
        expect(result).toEqual({ status: 'granted', amount: 1n });
        expect(await available()).toBe(4n);
      });
    });

    it('answers pings', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });

    describeQuotaInvariant(makeHarness, options.histories);
  });
}
