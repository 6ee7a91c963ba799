import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LeasedAdmission, organizationAccount, type BudgetAccount } from '@tollgate/admission';
import { RedisQuotaStore } from '@tollgate/admission/redis';
import {
  GatewayError,
  newId,
  systemClock,
  type BudgetId,
  type JournalId,
  type OrganizationId,
  type UsageRecordedV1,
} from '@tollgate/contracts';
import { withTransaction } from '@tollgate/persistence';
import { FakeLogger, testServers, uniqueName } from '@tollgate/testing';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { BillingBooks, chargedEvent } from '../../test-support/billing-books.js';
import { Credits } from '../credits/credits.js';
import type { UsageCommitter } from '../usage/usage-committer.js';
import { BudgetDefinitions } from './budget-definitions.js';

const SEED = 20_261_126;
const PROXIES = 3;
const REQUESTS = 1_500;
const WIDTH = 50;
const BALANCE = 100_000_000n;
/** About half of what is asked for. */
const AMOUNT = 40_000_000n;
/** Longer than proxies take to renew their leases. */
const RECOVER_MS = 3_000;

interface Request {
  readonly proxy: number;
  readonly amount: bigint;
}

const REQUESTS_OF_SEED: readonly Request[] = fc.sample(
  fc.record({ proxy: fc.nat(PROXIES - 1), amount: fc.bigInt(10_000n, 100_000n) }),
  { seed: SEED, numRuns: REQUESTS },
);

describe('a Redis that loses its data in the middle of traffic', () => {
  const url = testServers().redisUrl;
  const prefix = uniqueName('lost_redis');
  const organizationId = newId<OrganizationId>();
  const account = organizationAccount(organizationId);
  const budgetId = newId<BudgetId>();
  const budget: BudgetAccount = {
    ...{ id: budgetId, account: `budget:${budgetId}`, scope: 'organization', period: 'total' },
    endsAt: Number.POSITIVE_INFINITY,
  };
  const journals = Array.from({ length: PROXIES }, () => newId<JournalId>());
  const stores: RedisQuotaStore[] = [];
  let books: BillingBooks;
  let client: Redis;
  let store: RedisQuotaStore;
  let admissions: readonly LeasedAdmission[];
  let committer: UsageCommitter;

  const openStore = (): RedisQuotaStore => {
    const opened = new RedisQuotaStore({ url, prefix, logger: new FakeLogger() });
    stores.push(opened);
    return opened;
  };
  const project = (): Promise<void> => books.project(store, RECOVER_MS);
  const loseData = async (): Promise<void> => {
    const keys = await client.keys(`{${prefix}:*`);
    if (keys.length > 0) await client.unlink(...keys);
  };

  beforeAll(async () => {
    books = await BillingBooks.open();
    client = new Redis(url);
    store = openStore();
    const clock = systemClock;
    committer = books.committer(clock);
    const { dataSource, ledger, quotaBook } = books;
    await withTransaction(dataSource, async (manager) => {
      await quotaBook.open(manager, account);
      await new BudgetDefinitions(quotaBook).apply(
        manager,
        {
          ...{ type: 'budget.defined', version: 1, budgetId, revision: 1, period: 'total' },
          scope: { kind: 'organization', id: organizationId },
          ...{ amount: '0.04', thresholds: [100], soft: false, removed: false, createdAt: 0, occurredAt: 0 },
        },
        clock.now(),
      );
    });
    await new Credits({ dataSource, ledger, quotaBook, clock }).credit({
      ...{ organizationId, amount: BALANCE, reason: 'test', idempotencyKey: organizationId },
    });
    await project();
    admissions = journals.map(
      (holder) =>
        new LeasedAdmission({
          ...{ store: openStore(), holder, logger: new FakeLogger() },
          onStoreDown: () => 'closed',
        }),
    );
  });
  afterAll(async () => {
    await Promise.all(admissions.map((admission) => admission.close()));
    await Promise.all(stores.map((opened) => opened.close()));
    await loseData();
    await client.quit();
    await books.close();
  });

  const sequences = journals.map(() => 0);
  const nextSequence = (proxy: number): number => {
    sequences[proxy] = (sequences[proxy] ?? 0) + 1;
    return sequences[proxy];
  };

  /** @returns the event of a request that was served; `undefined`: it was refused by the budget */
  const serve = async ({ proxy, amount }: Request): Promise<UsageRecordedV1 | undefined> => {
    const hold = await admissions[proxy]?.hold({
      ...{ account, amountFull: amount, amountMin: amount, budgets: [budget] },
    });
    if (hold === undefined) throw new Error('No such proxy.');
    if (hold instanceof GatewayError) {
      expect(hold.code).toBe('budget_exceeded');
      return undefined;
    }
    await new Promise((resolve) => setImmediate(resolve));
    hold.settle(amount);
    return chargedEvent(amount, {
      sequence: nextSequence(proxy),
      occurredAt: Date.now(),
      organization: { id: organizationId, name: 'acme' },
      leaseId: hold.leaseId,
      budgetLeases: hold.budgetLeases,
    });
  };

  it('is built anew with its budgets: nothing is spent twice, and nothing is lost', async () => {
    let charged = 0n;
    let served = 0;
    for (let first = 0; first < REQUESTS; first += WIDTH) {
      const wave = REQUESTS_OF_SEED.slice(first, first + WIDTH);
      const answers = Promise.all(wave.map(serve));
      if (first === 300 || first === 700) {
        // Requests under way wait for it; what is not committed yet, only the live leases know.
        await loseData();
        await project();
      }
      const events = await answers;
      // Billing is some waves behind.
      for (const [index, journalId] of journals.entries()) {
        const own = events.filter((event, at) => event !== undefined && wave[at]?.proxy === index);
        const batch = own.filter((event) => event !== undefined);
        charged += batch.reduce((sum, { charge }) => sum + BigInt(charge), 0n);
        served += batch.length;
        await committer.commit([{ journalId, events: batch, rejected: [], closed: undefined }]);
      }
      if (first % 200 === 150) await project();
    }
    expect(served).toBeGreaterThan(300);
    expect(charged).toBeLessThanOrEqual(AMOUNT);
    // What is left over is less than the smallest request needs, of each lease and the store.
    expect(AMOUNT - charged).toBeLessThan(100_000n * BigInt(PROXIES + 1));

    await Promise.all(admissions.map((admission) => admission.close()));
    await project();
    expect(await store.available(account)).toBe(BALANCE - charged);
    expect(await store.available(budget.account)).toBe(AMOUNT - charged);
  }, 60_000);
});
