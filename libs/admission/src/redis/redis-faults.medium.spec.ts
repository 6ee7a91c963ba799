import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError, newId, type JournalId, type LeaseId } from '@tollgate/contracts';
import { eventually, FakeLogger, uniqueName } from '@tollgate/testing';
import { startServers, type PrivateServers } from '@tollgate/testing/launcher';
import { Redis } from 'ioredis';
import type { Hold } from '../admission.js';
import { LeasedAdmission } from '../leased/leased-admission.js';
import { RedisQuotaStore } from './redis-quota-store.js';

const ACCOUNT = 'org:one';
const BALANCE = 1_000_000n;

describe('a Redis that goes away', () => {
  let servers: PrivateServers;
  let prefix: string;
  let stores: RedisQuotaStore[];
  let admissions: LeasedAdmission[];
  let policy: 'open' | 'closed';
  /** Billing's side. */
  let store: RedisQuotaStore;

  beforeAll(async () => {
    servers = await startServers({ redis: true });
  });

  afterAll(async () => {
    await servers.stop();
  });

  beforeEach(async () => {
    prefix = uniqueName('faults');
    stores = [];
    admissions = [];
    policy = 'closed';
    await servers.redis.restart();
    store = openStore();
    await rebuild(BALANCE, [], 0);
  });

  afterEach(async () => {
    await Promise.all(admissions.map((admission) => admission.close()));
    await Promise.all(stores.map((instance) => instance.close()));
  });

  const openStore = (): RedisQuotaStore => {
    const instance = new RedisQuotaStore({ url: servers.redis.url, prefix, logger: new FakeLogger() });
    stores.push(instance);
    return instance;
  };

  const openAdmission = (): LeasedAdmission => {
    const admission = new LeasedAdmission({
      store: openStore(),
      holder: newId<JournalId>(),
      logger: new FakeLogger(),
      onStoreDown: () => policy,
    });
    admissions.push(admission);
    return admission;
  };

  const rebuild = (
    balance: bigint,
    leases: readonly { leaseId: LeaseId; account: string; consumed: bigint }[],
    recoverMs: number,
  ): Promise<void> =>
    store.rebuild({
      accounts: [{ account: ACCOUNT, credited: BALANCE, version: 1n, balance }],
      leases,
      recoverMs,
    });

  const killAndLoseData = async (): Promise<void> => {
    const client = new Redis(servers.redis.url);
    await client.flushall();
    client.disconnect();
    await servers.redis.kill();
  };

  const ask = (admission: LeasedAdmission, amountFull: bigint) =>
    admission.hold({ account: ACCOUNT, amountFull, amountMin: amountFull });

  const hold = async (admission: LeasedAdmission, amountFull: bigint): Promise<LeasedHold> => {
    const answer = await ask(admission, amountFull);
    if (answer instanceof GatewayError) throw answer;
    if (!namesLease(answer)) throw new Error('The hold names no lease.');
    return answer;
  };

  it('leaves live leases serving, and takes them out of the balance again after it lost its data', async () => {
    const proxies = [openAdmission(), openAdmission()] as const;
    const first = await hold(proxies[0], 100n);
    const second = await hold(proxies[1], 200n);
    const heldInAll = BALANCE - ((await store.available(ACCOUNT)) ?? 0n);
    await killAndLoseData();

    // Away: what the leases hold is spent, and nothing more.
    const third = await hold(proxies[0], 300n);
    expect(third.leaseId).toBe(first.leaseId);
    const refused = await ask(proxies[1], BALANCE);
    expect(refused).toMatchObject({ code: 'admission_unavailable' });

    await servers.redis.restart();
    await eventually(async () => store.isBlank().catch(() => false), 'a blank store');
    first.settle(60n);
    await rebuild(BALANCE - 60n, [{ leaseId: first.leaseId, account: ACCOUNT, consumed: 60n }], 4_000);
    const other = openAdmission();
    const late = await hold(other, 10n);
    // By then both had attached what they hold: only the rest was there to be granted.
    const taken = BALANCE - ((await store.available(ACCOUNT)) ?? 0n);
    expect(taken).toBeGreaterThanOrEqual(heldInAll);
    second.settle(200n);
    third.settle(0n);
    late.settle(10n);
    await store.project(
      [],
      [
        { leaseId: second.leaseId, account: ACCOUNT, consumed: 200n },
        { leaseId: late.leaseId, account: ACCOUNT, consumed: 10n },
      ],
    );
    await Promise.all(admissions.map((admission) => admission.close()));
    expect(await store.available(ACCOUNT)).toBe(BALANCE - 60n - 200n - 10n);
  });

  it('is rebuilt after a crash even if it kept its data: the last writes may be lost', async () => {
    const proxy = openAdmission();
    const first = await hold(proxy, 100n);
    await servers.redis.kill();
    await servers.redis.restart();
    expect(await eventually(async () => store.isBlank().catch(() => false), 'a blank store')).toBe(true);
    await expect(
      store.project([{ account: ACCOUNT, credited: BALANCE, version: 2n }], []),
    ).rejects.toMatchObject({ code: 'admission_unavailable' });
    await rebuild(BALANCE, [], 0);
    expect(await store.isBlank()).toBe(false);
    await eventually(async () => (await store.available(ACCOUNT)) !== BALANCE, 'the lease to be attached');
    first.settle(100n);
    await store.project([], [{ leaseId: first.leaseId, account: ACCOUNT, consumed: 100n }]);
    await proxy.close();
    expect(await store.available(ACCOUNT)).toBe(BALANCE - 100n);
  });

  it('leaves nothing of a former store behind after a rebuild', async () => {
    const client = new Redis(servers.redis.url);
    const before = await client.keys(`{${prefix}:*`);
    await servers.redis.kill();
    await servers.redis.restart();
    await eventually(async () => store.isBlank().catch(() => false), 'a blank store');
    await rebuild(BALANCE, [], 0);
    const after = await eventually(() => client.keys(`{${prefix}:*`).catch(() => undefined), 'the keys');
    expect(after).toHaveLength(before.length);
    expect(after.filter((key) => before.includes(key))).toEqual([`{${prefix}:quota}:state`]);
    client.disconnect();
  });

  it('open: serves without it, and deducts what was charged once it is back', async () => {
    policy = 'open';
    const proxy = openAdmission();
    await servers.redis.kill();
    const first = await hold(proxy, 400n);
    const second = await hold(proxy, 500n);
    first.settle(400n);
    second.settle(450n);
    await servers.redis.restart();
    await eventually(async () => store.isBlank().catch(() => false), 'a blank store');
    await rebuild(BALANCE, [], 0);
    await eventually(async () => (await store.available(ACCOUNT)) === BALANCE - 850n, 'the deduction');
    await store.project([], [{ leaseId: first.leaseId, account: ACCOUNT, consumed: 850n }]);
    expect(await store.available(ACCOUNT)).toBe(BALANCE - 850n);
  });

  it('answers each call within a second or so, and says in one line what is wrong', async () => {
    await servers.redis.kill();
    const startedAt = performance.now();
    await expect(store.ping()).rejects.toMatchObject({ code: 'admission_unavailable' });
    await expect(openStore().ping()).rejects.toThrow(
      new RegExp(`^Redis at 127\\.0\\.0\\.1:${servers.redis.port} cannot be asked: [^\\n]+$`),
    );
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

type LeasedHold = Hold & { readonly leaseId: LeaseId };

const namesLease = (hold: Hold): hold is LeasedHold => hold.leaseId !== null;
