import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError, type JournalId, type LeaseId } from '@tollgate/contracts';
import fc from 'fast-check';
import { LeasingProxies } from '../../test-support/leasing-proxies.js';
import type { BudgetAccount } from '../admission.js';
import type { RedisQuotaStore } from '../redis/redis-quota-store.js';
import type { LeasedAdmission } from './leased-admission.js';

const PROXIES = 10;
const REQUESTS = 5_000;
const SEED = 20_261_126;
const ORGANIZATION = 'org:shared';
const budget = (id: string, scope: BudgetAccount['scope']): BudgetAccount => ({
  ...{ id, scope, account: `budget:${id}`, period: 'total' },
  endsAt: Number.POSITIVE_INFINITY,
});
const OF_ORGANIZATION = budget('of-organization', 'organization');
const OF_KEYS = [budget('of-key-1', 'api-key'), budget('of-key-2', 'api-key')] as const;
/** All requests together ask for about 500 million: the balance covers them, neither kind of budget does. */
const AMOUNTS: Readonly<Record<string, bigint>> = {
  [ORGANIZATION]: 1_000_000_000n,
  [OF_ORGANIZATION.account]: 200_000_000n,
  [OF_KEYS[0].account]: 120_000_000n,
  [OF_KEYS[1].account]: 60_000_000n,
};

interface Request {
  readonly proxy: number;
  readonly key: 0 | 1;
  readonly amountFull: bigint;
  /** Percent of the hold that is charged. */
  readonly charged: number;
}

interface Charge {
  readonly account: string;
  readonly leaseId: LeaseId;
  readonly amount: bigint;
}

const REQUESTS_OF_SEED: readonly Request[] = fc.sample(
  fc.record({
    proxy: fc.nat(PROXIES - 1),
    key: fc.constantFrom<0 | 1>(0, 1),
    amountFull: fc.bigInt(20_000n, 200_000n),
    charged: fc.integer({ min: 0, max: 100 }),
  }),
  { seed: SEED, numRuns: REQUESTS },
);

describe('ten proxies on one account and its budgets', () => {
  let proxies: LeasingProxies;
  let store: RedisQuotaStore;
  let admissions: readonly LeasedAdmission[];
  let holders: readonly JournalId[];

  beforeEach(async () => {
    proxies = await LeasingProxies.start(PROXIES, AMOUNTS);
    ({ store, admissions, holders } = proxies);
  });
  afterEach(() => proxies.stop());

  /** Every tenth request can begin with a quarter of what it would like. */
  const serve = async (
    { proxy, key, amountFull, charged }: Request,
    index: number,
  ): Promise<readonly Charge[] | string> => {
    const hold = await admissions[proxy]?.hold({
      account: ORGANIZATION,
      amountFull,
      amountMin: index % 10 === 0 ? amountFull / 4n : amountFull,
      budgets: [OF_ORGANIZATION, OF_KEYS[key]],
    });
    if (hold === undefined || hold instanceof GatewayError) return hold?.code ?? 'no hold';
    await new Promise((resolve) => setImmediate(resolve));
    const amount = (hold.amount * BigInt(charged)) / 100n;
    hold.settle(amount);
    const { leaseId, budgetLeases = [] } = hold;
    if (leaseId === null) return 'no lease';
    return [{ account: ORGANIZATION, leaseId }, ...budgetLeases].map((lease) => ({ ...lease, amount }));
  };

  it('spend no nano-dollar more than there is, and account for each that they spent', async () => {
    const charges: Charge[] = [];
    const refusals = new Set<string>();
    const width = 250;
    for (let first = 0; first < REQUESTS; first += width) {
      const wave = REQUESTS_OF_SEED.slice(first, first + width);
      for (const result of await Promise.all(wave.map((request, index) => serve(request, first + index)))) {
        if (typeof result === 'string') refusals.add(result);
        else charges.push(...result);
      }
    }
    expect(refusals).toEqual(new Set(['budget_exceeded']));

    const spent = (asked: string): bigint =>
      charges.reduce((sum, { account, amount }) => (account === asked ? sum + amount : sum), 0n);
    expect(spent(ORGANIZATION)).toBe(spent(OF_ORGANIZATION.account));
    expect(spent(ORGANIZATION)).toBe(spent(OF_KEYS[0].account) + spent(OF_KEYS[1].account));
    for (const [account, amount] of Object.entries(AMOUNTS)) {
      expect(spent(account)).toBeLessThanOrEqual(amount);
    }

    // What billing does; then everybody goes, and exactly what was not charged is there again.
    const consumed = new Map<LeaseId, { account: string; consumed: bigint }>();
    for (const { leaseId, account, amount } of charges) {
      consumed.set(leaseId, { account, consumed: (consumed.get(leaseId)?.consumed ?? 0n) + amount });
    }
    await store.project(
      [],
      [...consumed].map(([leaseId, lease]) => ({ leaseId, ...lease })),
    );
    await proxies.closeAdmissions();
    for (const holder of holders) await store.reclaim(holder);
    for (const [account, amount] of Object.entries(AMOUNTS)) {
      expect([account, await store.available(account)]).toEqual([account, amount - spent(account)]);
    }
  }, 60_000);
});
