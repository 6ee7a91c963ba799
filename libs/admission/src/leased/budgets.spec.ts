import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError, type JournalId } from '@tollgate/contracts';
import { FakeLogger, ManualClock } from '@tollgate/testing';
import { held, ManualTimers, WatchedStore } from '../../test-support/watched-store.js';
import type { BudgetAccount, Hold } from '../admission.js';
import { LeasedAdmission } from './leased-admission.js';

const ORGANIZATION = 'org:one';
const MONTHLY: BudgetAccount = {
  account: 'budget:m:2026-11-01',
  id: 'm',
  scope: 'organization',
  period: 'monthly',
  endsAt: Date.parse('2026-12-01T00:00:00Z'),
};
const TOTAL: BudgetAccount = {
  account: 'budget:t',
  id: 't',
  scope: 'api-key',
  period: 'total',
  endsAt: Number.POSITIVE_INFINITY,
};
const BUDGETS = [MONTHLY, TOTAL];

describe('a hold on an organisation and its budgets', () => {
  let clock: ManualClock;
  let timers: ManualTimers;
  let store: WatchedStore;
  let policy: 'open' | 'closed';
  let admission: LeasedAdmission;

  beforeEach(async () => {
    clock = new ManualClock();
    timers = new ManualTimers(clock);
    store = new WatchedStore({ clock });
    policy = 'closed';
    admission = new LeasedAdmission({
      ...{ store, clock, timers },
      holder: 'journal-a' as JournalId,
      logger: new FakeLogger(),
      onStoreDown: () => policy,
    });
    await store.rebuild({ accounts: [], leases: [], recoverMs: 0 });
  });
  afterEach(() => admission.close());

  const credit = async (organization: bigint, monthly: bigint, total: bigint): Promise<void> => {
    const amounts = [
      [ORGANIZATION, organization],
      [MONTHLY.account, monthly],
      [TOTAL.account, total],
    ] as const;
    await store.project(
      amounts.map(([account, credited]) => ({ account, credited, version: 1n })),
      [],
    );
  };
  const ask = (amountFull: bigint, amountMin = amountFull) =>
    admission.hold({ account: ORGANIZATION, amountFull, amountMin, budgets: BUDGETS });
  const hold = async (amountFull: bigint, amountMin = amountFull): Promise<Hold> =>
    held(await ask(amountFull, amountMin));
  const refusal = async (amountFull: bigint): Promise<GatewayError> => {
    const answer = await ask(amountFull);
    if (answer instanceof GatewayError) return answer;
    throw new Error('The hold was not refused.');
  };
  /** What is left once everything idle has gone home. */
  const left = async (): Promise<readonly (bigint | undefined)[]> => {
    await timers.tick(10);
    const accounts = [ORGANIZATION, MONTHLY.account, TOTAL.account];
    return Promise.all(accounts.map((account) => store.available(account)));
  };

  it('is answered at once from live leases', async () => {
    await credit(100_000n, 100_000n, 100_000n);
    await hold(10n);
    const second = ask(10n);
    expect(second).not.toBeInstanceOf(Promise);
    expect(held(second).amount).toBe(10n);
    expect(store.acquires).toHaveLength(3);
  });

  it('names the lease of each account', async () => {
    await credit(100n, 100n, 100n);
    const first = await hold(10n);
    const leaseOf = (asked: string) => store.acquires.find(({ account }) => account === asked)?.leaseId;
    expect(first.leaseId).toBe(leaseOf(ORGANIZATION));
    expect(first.budgetLeases).toEqual(
      BUDGETS.map(({ account }) => ({ account, leaseId: leaseOf(account) })),
    );
  });

  it('takes its charge from all of them', async () => {
    await credit(100n, 90n, 80n);
    const first = await hold(50n);
    first.settle(30n);
    expect(await left()).toEqual([70n, 60n, 50n]);
  });

  it('is settled once', async () => {
    await credit(100n, 100n, 100n);
    const first = await hold(50n);
    first.settle(30n);
    expect(() => first.settle(30n)).toThrow('twice');
    expect(await left()).toEqual([70n, 70n, 70n]);
  });

  it.each([
    ['the organisation', [9n, 100n, 100n], 'insufficient_balance'],
    ['the first budget', [100n, 9n, 100n], 'budget_exceeded'],
    ['the last budget', [100n, 100n, 9n], 'budget_exceeded'],
  ] as const)('is refused, and holds nothing, when %s does not cover it', async (_, [a, b, c], code) => {
    await credit(a, b, c);
    expect((await refusal(10n)).code).toBe(code);
    expect(await left()).toEqual([a, b, c]);
  });

  it('is refused with the name of the budget, its period and its end', async () => {
    await credit(100n, 9n, 100n);
    expect((await refusal(10n)).message).toBe(
      'The monthly budget m of the organisation does not cover this request. It begins anew at 2026-12-01T00:00:00.000Z.',
    );
    await store.project([{ account: MONTHLY.account, credited: 100n, version: 2n }], []);
    await store.project([{ account: TOTAL.account, credited: 9n, version: 2n }], []);
    expect((await refusal(10n)).message).toBe(
      'The total budget t of the API key does not cover this request.',
    );
  });

  it('holds on all of them what the smallest covers, down to the least', async () => {
    await credit(100n, 40n, 60n);
    const first = await hold(80n, 20n);
    expect(first.amount).toBe(20n);
    first.settle(20n);
    expect(await left()).toEqual([80n, 20n, 40n]);
  });

  it('frees on the larger accounts what the smallest did not cover, for other requests', async () => {
    await credit(100n, 40n, 100n);
    const first = await hold(100n, 20n);
    const other = await admission.hold({ account: ORGANIZATION, amountFull: 60n, amountMin: 60n });
    expect(held(other).amount).toBe(60n);
    first.settle(0n);
  });

  it('never takes more from a budget than it has, however many ask at once', async () => {
    await credit(100_000n, 105n, 100_000n);
    const answers = await Promise.all(Array.from({ length: 50 }, async () => ask(10n)));
    const holds = answers.filter((answer) => !(answer instanceof GatewayError));
    expect(holds).toHaveLength(10);
    for (const answer of holds) held(answer).settle(10n);
    expect(await left()).toEqual([99_900n, 5n, 99_900n]);
  });

  it('closed: is refused while the store is away and a lease does not cover it', async () => {
    await credit(1_000n, 100n, 1_000n);
    (await hold(10n)).settle(10n);
    store.away = true;
    expect((await refusal(100n)).code).toBe('admission_unavailable');
  });

  it('open: is served while billing is late with the account of a period, and deducted once it is there', async () => {
    policy = 'open';
    await store.project([{ account: ORGANIZATION, credited: 100n, version: 1n }], []);
    const first = await hold(10n);
    first.settle(10n);
    await timers.tick(4);
    await credit(100n, 50n, 50n);
    expect(await left()).toEqual([90n, 40n, 40n]);
  });

  it('closed: is refused while billing is late with the account of a period', async () => {
    await store.project([{ account: ORGANIZATION, credited: 100n, version: 1n }], []);
    expect((await refusal(10n)).code).toBe('admission_unavailable');
    await timers.tick(10);
    expect(await store.available(ORGANIZATION)).toBe(100n);
  });
});
