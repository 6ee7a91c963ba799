import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { budgetAccount, budgetSpanAt, MemoryQuotaStore } from '@tollgate/admission';
import {
  formatUsd,
  newId,
  type BudgetId,
  type JournalId,
  type LeaseId,
  type OrganizationId,
  type UsageRecordedV1,
} from '@tollgate/contracts';
import { withTransaction } from '@tollgate/persistence';
import { ManualClock } from '@tollgate/testing';
import fc from 'fast-check';
import { BillingBooks, chargedEvent } from '../../test-support/billing-books.js';
import { reconcile } from '../reports/reconciliation.js';
import { BudgetDefinitions } from './budget-definitions.js';

const SEED = 20_261_126;
const HISTORIES = 25;
const DAY_MS = 86_400_000;

const STEPS = [
  'acquire',
  'acquire',
  'spend',
  'spend',
  'spend',
  'overspend',
  'spend-uncovered',
  'commit',
  'commit-twice',
  'change-amount',
  'give-back',
  'lose-store',
  'next-day',
] as const;
type StepKind = (typeof STEPS)[number];

/** What a proxy knows of its lease on the account of one day. */
interface Lease {
  readonly account: string;
  readonly leaseId: LeaseId;
  granted: bigint;
  spent: bigint;
}

/** A daily budget of an organisation, one proxy that holds leases of it, and billing. */
class BudgetWorld {
  readonly clock = new ManualClock(Date.parse('2026-11-26T12:00:00Z'));
  store = new MemoryQuotaStore({ clock: this.clock });
  readonly holder = newId<JournalId>();
  amount = 1_000n;
  /** Account → what was charged to it, whether or not it is committed. */
  readonly charged = new Map<string, bigint>();
  readonly leases = new Map<string, Lease>();
  private readonly organizationId = newId<OrganizationId>();
  private readonly budgetId = newId<BudgetId>();
  private pending: UsageRecordedV1[] = [];
  private revision = 0;
  private sequence = 0;

  constructor(private readonly books: BillingBooks) {}

  get account(): string {
    return budgetAccount(this.budgetId, 'daily', budgetSpanAt('daily', this.clock.now()));
  }

  async define(): Promise<void> {
    this.revision += 1;
    const now = this.clock.now();
    const { dataSource, quotaBook } = this.books;
    await withTransaction(dataSource, (manager) =>
      new BudgetDefinitions(quotaBook).apply(
        manager,
        {
          ...{ type: 'budget.defined', version: 1, budgetId: this.budgetId, revision: this.revision },
          ...{ period: 'daily', soft: false, removed: false, thresholds: [50, 80, 100] },
          scope: { kind: 'organization', id: this.organizationId },
          ...{ amount: formatUsd(this.amount), createdAt: 0, occurredAt: now },
        },
        now,
      ),
    );
  }

  lease(): Lease {
    const { account } = this;
    const lease = this.leases.get(account) ?? { account, leaseId: newId<LeaseId>(), granted: 0n, spent: 0n };
    this.leases.set(account, lease);
    return lease;
  }

  async acquire(lease: Lease, amount: bigint): Promise<void> {
    const { holder } = this;
    const result = await this.store.acquire({ ...lease, holder, amountMin: 1n, amountWanted: amount });
    if (result.status === 'granted') lease.granted += result.amount;
  }

  spend(lease: Lease, amount: bigint): void {
    lease.spent += amount;
    if (lease.spent > lease.granted) lease.granted = lease.spent;
    this.record(lease.account, amount, lease.leaseId);
  }

  /** Held from no lease of the budget: the proxy had not heard of it. */
  spendUncovered(amount: bigint): void {
    this.record(this.account, amount, undefined);
  }

  async commit(times: number): Promise<void> {
    const committer = this.books.committer(this.clock);
    const batch = { journalId: this.holder, events: this.pending, rejected: [], closed: undefined };
    for (let time = 0; time < times; time += 1) await committer.commit([batch]);
    this.pending = [];
    await this.project();
  }

  async renew(): Promise<void> {
    await this.store.renew(this.holder, [...this.leases.values()]);
  }

  async giveBack(lease: Lease): Promise<void> {
    lease.granted = lease.spent;
    await this.store.giveBack(this.holder, lease);
  }

  async loseStore(): Promise<void> {
    this.store = new MemoryQuotaStore({ clock: this.clock });
    await this.project();
    await this.renew();
  }

  async project(): Promise<void> {
    await this.books.project(this.store);
  }

  private record(account: string, amount: bigint, leaseId: LeaseId | undefined): void {
    this.charged.set(account, (this.charged.get(account) ?? 0n) + amount);
    this.pending.push(
      chargedEvent(amount, {
        sequence: (this.sequence += 1),
        occurredAt: this.clock.now(),
        organization: { id: this.organizationId, name: 'acme' },
        budgetLeases: leaseId === undefined ? undefined : [{ account, leaseId }],
      }),
    );
  }
}

const ACTIONS: Record<StepKind, (world: BudgetWorld, amount: bigint) => Promise<void> | void> = {
  acquire: (world, amount) => world.acquire(world.lease(), amount),
  spend: (world, amount) => {
    const lease = world.lease();
    const remaining = lease.granted - lease.spent;
    if (remaining > 0n) world.spend(lease, amount < remaining ? amount : remaining);
  },
  overspend: (world, amount) => {
    const lease = world.lease();
    world.spend(lease, lease.granted - lease.spent + amount);
  },
  'spend-uncovered': (world, amount) => world.spendUncovered(amount),
  commit: (world) => world.commit(1),
  'commit-twice': (world) => world.commit(2),
  'change-amount': async (world, amount) => {
    world.amount = amount * 5n;
    await world.define();
    await world.project();
  },
  'give-back': (world) => world.giveBack(world.lease()),
  'lose-store': (world) => world.loseStore(),
  'next-day': async (world) => {
    world.clock.advance(DAY_MS);
    // As billing does with each definition, and every hour.
    await world.define();
    await world.project();
  },
};

describe('a budget, in any order of events', () => {
  let books: BillingBooks;

  beforeAll(async () => {
    books = await BillingBooks.open();
  });
  afterAll(() => books.close());
  beforeEach(async () => {
    expect((await reconcile(books.dataSource)).balanced).toBe(true);
  });

  it('keeps credited = rest + consumed, and has in the end what its amount leaves', async () => {
    const history = fc.array(fc.record({ kind: fc.constantFrom(...STEPS), amount: fc.bigInt(1n, 400n) }), {
      maxLength: 40,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = new BudgetWorld(books);
        await world.define();
        await world.project();
        for (const { kind, amount } of steps) await ACTIONS[kind](world, amount);
        await world.commit(1);
        await world.renew();
        for (const lease of world.leases.values()) await world.giveBack(lease);
        const charged = world.charged.get(world.account) ?? 0n;
        expect(await world.store.available(world.account)).toBe(world.amount - charged);
        const broken = (await reconcile(books.dataSource)).checks.filter(({ holds }) => !holds);
        expect(broken).toEqual([]);
      }),
      { seed: SEED, numRuns: HISTORIES },
    );
  }, 120_000);
});
