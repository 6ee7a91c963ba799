import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { budgetAccount, budgetSpanAt, MemoryQuotaStore } from '@tollgate/admission';
import {
  budgetThresholdReachedV1,
  formatUsd,
  newId,
  type ApiKeyId,
  type BudgetDefinedV1,
  type BudgetId,
  type BudgetPeriod,
  type JournalId,
  type LeaseId,
  type OrganizationId,
  type UsageRecordedV1,
} from '@tollgate/contracts';
import { withTransaction } from '@tollgate/persistence';
import { noopLogger } from '@tollgate/telemetry';
import { ManualClock } from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { BillingBooks, chargedEvent } from '../../test-support/billing-books.js';
import { query } from '../database/query.js';
import { reconcile } from '../reports/reconciliation.js';
import type { BudgetAlert } from './budget-alerts.js';
import { announceBudgetAlerts } from './budget-announcements.js';
import { BudgetConsumer } from './budget.consumer.js';
import { BudgetDefinitions } from './budget-definitions.js';
import { BudgetPeriods } from './budget-periods.js';
import { readBudgetStates } from './budget-standings.js';

const NOON = Date.parse('2026-11-26T12:00:00Z');
const DAY_MS = 86_400_000;
const AMOUNT = 1_000n;

/** Charges are told by the proxy, as their price cards are not known. */
describe('budgets in the books', () => {
  let books: BillingBooks;
  let dataSource: DataSource;
  let clock: ManualClock;
  let store: MemoryQuotaStore;
  let organizationId: OrganizationId;
  let budgetId: BudgetId;
  let holder: JournalId;
  let sequence: number;
  let revision: number;

  beforeAll(async () => {
    books = await BillingBooks.open();
    ({ dataSource } = books);
  });
  afterAll(() => books.close());
  beforeEach(async () => {
    clock = new ManualClock(NOON);
    store = new MemoryQuotaStore({ clock });
    organizationId = newId<OrganizationId>();
    budgetId = newId<BudgetId>();
    holder = newId<JournalId>();
    sequence = 0;
    revision = 0;
    await project();
    clock.advance(1);
  });

  const project = (): Promise<void> => books.project(store);
  const periods = (): BudgetPeriods => new BudgetPeriods({ dataSource, quotaStore: store, clock });
  const accountAt = (period: BudgetPeriod, at = clock.now()): string =>
    budgetAccount(budgetId, period, budgetSpanAt(period, at));
  const available = (account: string): Promise<bigint | undefined> => store.available(account);

  const define = async (changes: Partial<BudgetDefinedV1> = {}): Promise<readonly BudgetAlert[]> => {
    revision += 1;
    const event: BudgetDefinedV1 = {
      ...{ type: 'budget.defined', version: 1, budgetId, revision, soft: false, removed: false },
      scope: { kind: 'organization', id: organizationId },
      period: 'monthly',
      amount: formatUsd(AMOUNT),
      thresholds: [50, 80, 100],
      createdAt: NOON,
      occurredAt: clock.now(),
      ...changes,
    };
    let reached: readonly BudgetAlert[] = [];
    const consumer = new BudgetConsumer({
      ...{ dataSource, clock, logger: noopLogger, definitions: new BudgetDefinitions(books.quotaBook) },
      committed: (alerts) => (reached = alerts),
    });
    const delivery = { id: newId(), topic: 'budgets' as const, body: event, attempt: 1 };
    const settle = async () => {};
    await consumer.handle([{ ...delivery, ack: settle, retry: settle, reject: settle }]);
    await project();
    return reached;
  };

  const eventOf = (charge: bigint, more: Partial<UsageRecordedV1> = {}): UsageRecordedV1 =>
    chargedEvent(charge, {
      sequence: (sequence += 1),
      occurredAt: clock.now(),
      organization: { id: organizationId, name: 'acme' },
      ...more,
    });
  const commit = async (...events: UsageRecordedV1[]): Promise<readonly BudgetAlert[]> => {
    const summary = await books
      .committer(clock)
      .commit([{ journalId: holder, events, rejected: [], closed: undefined }]);
    await project();
    return summary.alerts;
  };
  const leased = async (account: string, amount: bigint): Promise<LeaseId> => {
    const leaseId = newId<LeaseId>();
    const answer = await store.acquire({ account, leaseId, holder, amountMin: amount, amountWanted: amount });
    expect(answer).toEqual({ status: 'granted', amount });
    return leaseId;
  };
  const current = async () => (await readBudgetStates(dataSource, [budgetId], clock.now()))[0]?.current;

  it('have an account for the period that runs, and one for the next', async () => {
    await define();
    expect(await available(accountAt('monthly'))).toBe(AMOUNT);
    expect(await available(accountAt('monthly', Date.parse('2026-12-01T00:00:00Z')))).toBe(AMOUNT);
    expect(await available(accountAt('monthly', Date.parse('2027-01-01T00:00:00Z')))).toBeUndefined();
  });

  it.each(['total', 'daily', 'weekly', 'monthly'] as const)(
    'are spent, and told, in a %s period',
    async (period) => {
      await define({ period });
      await commit(eventOf(300n));
      expect(await available(accountAt(period))).toBe(700n);
      expect(await current()).toMatchObject({ spent: '0.0000003', remaining: '0.0000007' });
    },
  );

  it('take a charge from the lease that it was held from', async () => {
    await define();
    const account = accountAt('monthly');
    const leaseId = await leased(account, 400n);
    await commit(eventOf(150n, { budgetLeases: [{ account, leaseId }] }));
    expect(await available(account)).toBe(600n);
    await store.giveBack(holder, { account, leaseId, granted: 150n });
    expect(await available(account)).toBe(850n);
  });

  it('take an interrupted request from the lease that its start names', async () => {
    await define();
    const account = accountAt('monthly');
    const leaseId = await leased(account, 400n);
    await commit(eventOf(150n, { outcome: 'interrupted', budgetLeases: [{ account, leaseId }] }));
    await store.reclaim(holder);
    expect(await available(account)).toBe(850n);
  });

  it('count a request in the period that it was held from, also when it is recorded in the next', async () => {
    await define({ period: 'daily' });
    const account = accountAt('daily');
    const leaseId = await leased(account, 400n);
    clock.advance(DAY_MS);
    await commit(eventOf(150n, { budgetLeases: [{ account, leaseId }] }));
    expect(await available(accountAt('daily'))).toBe(AMOUNT);
    await store.reclaim(holder);
    expect(await available(account)).toBe(850n);
  });

  it('count what a proxy held nothing for, as it had not heard of them', async () => {
    await define();
    await commit(eventOf(150n));
    expect(await available(accountAt('monthly'))).toBe(850n);
  });

  it('do not count what was begun before them', async () => {
    await define();
    await commit(eventOf(150n, { occurredAt: NOON - 1 }));
    expect(await available(accountAt('monthly'))).toBe(AMOUNT);
  });

  it('of a key count its requests, and of its organisation those of all keys', async () => {
    const ofKey = budgetId;
    await define({ scope: { kind: 'api-key', id: `key-${budgetId}` } });
    const keyAccount = accountAt('monthly');
    budgetId = newId<BudgetId>();
    await define();
    const apiKey = { id: `key-${ofKey}` as ApiKeyId, name: 'ci' };
    await commit(eventOf(100n, { apiKey }), eventOf(10n));
    expect(await available(keyAccount)).toBe(900n);
    expect(await available(accountAt('monthly'))).toBe(890n);
  });

  it('count an event once, however often it comes', async () => {
    await define();
    const event = eventOf(600n);
    expect(await commit(event)).toHaveLength(1);
    expect(await commit(event)).toHaveLength(0);
    expect(await available(accountAt('monthly'))).toBe(400n);
  });

  it('follow a change of the amount, also below what was spent', async () => {
    await define();
    await commit(eventOf(300n));
    await define({ amount: formatUsd(1_500n) });
    expect(await available(accountAt('monthly'))).toBe(1_200n);
    await define({ amount: formatUsd(100n) });
    expect(await available(accountAt('monthly'))).toBe(-200n);
    expect(await current()).toMatchObject({ remaining: '-0.0000002' });
    expect(await available(accountAt('monthly', Date.parse('2026-12-02T00:00:00Z')))).toBe(100n);
  });

  it('ignore a definition that is older than what they know', async () => {
    await define({ amount: formatUsd(1_500n) });
    await define({ revision: 1, amount: formatUsd(5n) });
    expect(await available(accountAt('monthly'))).toBe(1_500n);
  });

  it('tell each threshold once a period', async () => {
    await define({ period: 'daily' });
    const thresholds = async (charge: bigint) =>
      (await commit(eventOf(charge))).map(({ threshold }) => threshold).sort((a, b) => a - b);
    expect(await thresholds(499n)).toEqual([]);
    expect(await thresholds(1n)).toEqual([50]);
    expect(await thresholds(1n)).toEqual([]);
    expect(await thresholds(600n)).toEqual([80, 100]);
    expect(await thresholds(600n)).toEqual([]);
    clock.advance(DAY_MS);
    expect(await thresholds(900n)).toEqual([50, 80]);
  });

  it('announce each threshold once, with the charge or the change that reached it', async () => {
    await query(dataSource, 'delete from billing.outbox');
    await define({ period: 'daily', soft: true });
    await commit(eventOf(400n));
    const event = eventOf(450n);
    await commit(event);
    await commit(event);
    await commit(eventOf(1n));
    await define({ period: 'daily', soft: true, amount: formatUsd(851n) });
    const account = accountAt('daily');
    const announced = await query<{ target: string; key: string; body: object }>(
      dataSource,
      'select target, key, body from billing.outbox order by position',
    );
    expect(announced.map(({ target }) => target)).toEqual(Array(3).fill('budget-alerts'));
    expect(announced.map(({ key }) => key)).toEqual([50, 80, 100].map((percent) => `${account}:${percent}`));
    expect(announced.map(({ body }) => budgetThresholdReachedV1.parse(body))).toMatchObject([
      {
        ...{ budgetId, threshold: 50, organizationId },
        scope: { kind: 'organization', id: organizationId, name: 'acme' },
      },
      { period: 'daily', soft: true, threshold: 80, amount: '0.000001', spent: '0.00000085' },
      {
        ...{ threshold: 100, amount: '0.000000851', spent: '0.000000851', occurredAt: clock.now() },
        ...{ startsAt: Date.parse('2026-11-26'), endsAt: Date.parse('2026-11-27') },
      },
    ]);
  });

  it('of a key are announced with whose it is, also when a lower amount reached the threshold', async () => {
    const apiKey = { id: `key-${budgetId}` as ApiKeyId, name: 'ci' };
    const scope = { kind: 'api-key' as const, id: apiKey.id };
    await query(dataSource, 'delete from billing.outbox');
    await define({ scope });
    await commit(eventOf(500n, { apiKey }));
    await define({ scope, amount: formatUsd(600n) });
    const announced = await query<{ body: object }>(
      dataSource,
      'select body from billing.outbox order by position',
    );
    expect(announced.map(({ body }) => budgetThresholdReachedV1.parse(body))).toMatchObject([
      { threshold: 50, scope: { ...scope, name: 'ci' }, organizationId },
      { threshold: 80, scope: { ...scope, name: 'ci' }, organizationId },
    ]);
  });

  it('announce nothing when the charge is not committed', async () => {
    await query(dataSource, 'delete from billing.outbox');
    await define();
    await expect(
      withTransaction(dataSource, async (manager) => {
        const alerts = await books.budgetBook.charge(
          manager,
          [{ event: eventOf(900n), journalId: holder, charge: 900n }],
          clock.now(),
        );
        await announceBudgetAlerts(manager, alerts.alerts, clock.now());
        expect(await query(manager, 'select from billing.outbox')).toHaveLength(2);
        throw new Error('Postgres is away.');
      }),
    ).rejects.toThrow('Postgres is away.');
    expect(await query(dataSource, 'select from billing.outbox')).toEqual([]);
  });

  it('tell what a lowered amount is beyond', async () => {
    await define();
    await commit(eventOf(300n));
    const alerts = await define({ amount: formatUsd(300n) });
    expect(alerts.map(({ threshold }) => threshold)).toEqual([50, 80, 100]);
  });

  it('that are removed count nothing more', async () => {
    await define();
    await define({ removed: true });
    expect(await commit(eventOf(900n))).toEqual([]);
    expect(await available(accountAt('monthly'))).toBe(AMOUNT);
  });

  it('are opened a period ahead by and by, and closed some days after their end', async () => {
    await define({ period: 'daily' });
    const first = accountAt('daily');
    for (let day = 0; day < 3; day += 1) {
      clock.advance(DAY_MS);
      await periods().openAhead();
      await periods().closeOld();
      await project();
      expect(await available(accountAt('daily'))).toBe(AMOUNT);
      expect(await available(accountAt('daily', clock.now() + DAY_MS))).toBe(AMOUNT);
    }
    expect(await available(first)).toBe(AMOUNT);
    clock.advance(DAY_MS);
    await periods().closeOld();
    expect(await available(first)).toBeUndefined();
    // What comes as late as that is counted, and nothing is opened again for it.
    await commit(eventOf(70n, { occurredAt: NOON + 1 }));
    expect(await available(first)).toBeUndefined();
    const [row] = await query<{ spent: string }>(
      dataSource,
      'select spent from billing.budget_periods where account = $1',
      [first],
    );
    expect(row?.spent).toBe('70');
  });

  it('count what was served while billing was away for longer than a period', async () => {
    await define({ period: 'daily' });
    clock.advance(2 * DAY_MS);
    await commit(eventOf(150n));
    expect(await available(accountAt('daily'))).toBe(850n);
  });

  it('are what the books say after every kind of charge, and a store that lost its data has them again', async () => {
    await define();
    await define({ amount: formatUsd(2_000n) });
    const account = accountAt('monthly');
    const leaseId = await leased(account, 400n);
    await commit(
      eventOf(150n, { budgetLeases: [{ account, leaseId }] }),
      eventOf(50n),
      eventOf(30n, { budgetLeases: [{ account, leaseId }] }),
    );
    expect((await reconcile(dataSource)).checks.filter(({ holds }) => !holds)).toEqual([]);
    store = new MemoryQuotaStore({ clock });
    await project();
    expect(await available(account)).toBe(2_000n - 230n);
    await store.renew(holder, [{ account, leaseId, granted: 400n }]);
    expect(await available(account)).toBe(2_000n - 50n - 400n);
  });
});
