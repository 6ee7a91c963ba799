import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { QuotaStoreHarness } from './harness.js';
import { QuotaWorld, type Fate } from './world.js';

const HOLDERS = ['journal-a', 'journal-b', 'journal-c'];
const ACCOUNTS = ['org:one', 'org:two'];
const SEED = 20_260_102;
/** Holders of a history re-attach when they do; nobody waits for them. */
const RECOVER_MS = 0;

interface Step {
  readonly kind: StepKind;
  readonly holder: string;
  readonly account: string;
  readonly amount: bigint;
  readonly fate: Fate;
}
type StepKind = HonestStep | FaultyStep;
type HonestStep = (typeof HONEST_STEPS)[number];
type FaultyStep = (typeof FAULTY_STEPS)[number];

/** What happens among holders that keep to the rules and a store that keeps its data; the frequent ones repeated. */
const HONEST_STEPS = [
  'acquire',
  'acquire',
  'acquire',
  'spend',
  'spend',
  'commit',
  'commit',
  'credit',
  'give-back',
  'project',
  'renew',
  'late-call',
  'late-projection',
] as const;
/** Charges above the hold, proxies taken for dead that live, a store that loses its data. */
const FAULTY_STEPS = ['overspend', 'reclaim', 'lose-data'] as const;

const historyOf = (kinds: readonly StepKind[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      holder: fc.constantFrom(...HOLDERS),
      account: fc.constantFrom(...ACCOUNTS),
      amount: fc.oneof(fc.bigInt(1n, 50n), fc.bigInt(1n, 2_000n), fc.bigInt(2n ** 53n, 2n ** 55n)),
      fate: fc.constantFrom<Fate>('answered', 'answered', 'answer-lost', 'delayed'),
    }),
    { maxLength: 80, size: 'max' },
  );

/** Random histories of all operations, in every order, with lost answers and calls that are done late. */
export function describeQuotaInvariant(
  makeHarness: () => Promise<QuotaStoreHarness>,
  histories: number,
): void {
  const check = async (
    kinds: readonly StepKind[],
    examine: (world: QuotaWorld) => Promise<void>,
  ): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(historyOf(kinds), async (history) => {
        const harness = await makeHarness();
        try {
          const world = new QuotaWorld(harness.store);
          await world.rebuild(RECOVER_MS);
          for (const step of history) await ACTIONS[step.kind](step, world, harness);
          await examine(world);
        } finally {
          await harness.store.close();
          await harness.close();
        }
      }),
      { seed: SEED, numRuns: histories },
    );
  };

  describe('in any order of events', () => {
    it('keeps ledger balance = available + Σ (granted − consumed)', async () => {
      await check([...HONEST_STEPS, ...FAULTY_STEPS], async (world) => {
        await settle(world);
        for (const account of world.ledger.keys()) {
          expect(await world.store.available(account)).toBe(world.expected(account));
        }
      });
    });

    it('has all unspent money available once the holders are gone', async () => {
      await check([...HONEST_STEPS, ...FAULTY_STEPS], async (world) => {
        await settle(world);
        for (const lease of world.leases) {
          if (!lease.over) await world.giveBack(lease);
          world.commit(lease, lease.spent - lease.committed);
        }
        await world.project();
        for (const holder of HOLDERS) await world.reclaim(holder);
        for (const [account, balance] of world.ledger) {
          expect(await world.store.available(account)).toBe(balance);
        }
      });
    });

    it('never lets holders that keep to the rules spend more than there is', async () => {
      await check(HONEST_STEPS, async (world) => {
        await drain(world);
        for (const lease of world.leases) {
          lease.spend(lease.remaining);
          world.commit(lease, lease.spent - lease.committed);
        }
        expect([...world.ledger.values()].filter((balance) => balance < 0n)).toEqual([]);
      });
    });
  });
}

/** Everybody says what they know, so that nothing is under way. */
async function settle(world: QuotaWorld): Promise<void> {
  for (const account of ACCOUNTS) world.credit(account, 0n);
  await world.project();
  for (const holder of HOLDERS) await world.renew(holder);
}

/** Another holder takes all that is available. */
async function drain(world: QuotaWorld): Promise<void> {
  for (const account of ACCOUNTS) {
    const amount = (await world.store.available(account)) ?? 0n;
    if (amount <= 0n) continue;
    await world.acquire(world.lease('journal-z', account), { amountMin: amount, amountWanted: amount });
  }
}

type Action = (step: Step, world: QuotaWorld, harness: QuotaStoreHarness) => void | Promise<void>;

const ACTIONS: Record<StepKind, Action> = {
  credit: ({ account, amount }, world) => world.credit(account, amount),
  acquire: async ({ holder, account, amount, fate }, world) => {
    const wanted = { amountMin: 1n, amountFull: amount / 2n + 1n, amountWanted: amount };
    const granted = await world.acquire(world.lease(holder, account), wanted, fate);
    if (granted !== undefined) expect(await world.store.available(account)).toBeGreaterThanOrEqual(0n);
  },
  spend: ({ holder, account, amount }, world) => {
    const lease = world.lease(holder, account);
    lease.spend(smaller(amount, lease.remaining));
  },
  overspend: ({ holder, account, amount }, world) => {
    const lease = world.lease(holder, account);
    lease.spend(lease.remaining + amount);
  },
  commit: ({ holder, account, amount }, world) => {
    const lease = world.lease(holder, account);
    world.commit(lease, smaller(amount, lease.spent - lease.committed));
  },
  'give-back': ({ holder, account, fate }, world) => world.giveBack(world.lease(holder, account), fate),
  project: (_, world) => world.project(),
  renew: ({ holder }, world) => world.renew(holder),
  'late-call': async ({ holder, account, amount }, world) => {
    const { calls } = world.lease(holder, account);
    const call = calls[Number(amount % BigInt(calls.length || 1))];
    // The store may say that it comes too late.
    await call?.().catch(() => undefined);
  },
  'late-projection': async (_, world) => void (await world.lateProjection?.()),
  reclaim: ({ holder }, world) => world.reclaim(holder),
  'lose-data': async (_, world, harness) => {
    await harness.loseData();
    await world.rebuild(RECOVER_MS);
  },
};

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
