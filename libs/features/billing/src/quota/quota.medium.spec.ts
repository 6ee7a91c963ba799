import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryQuotaStore } from '@tollgate/admission';
import { newId, type JournalId, type LeaseId, type OrganizationId } from '@tollgate/contracts';
import { withTransaction } from '@tollgate/persistence';
import { noopLogger } from '@tollgate/telemetry';
import { ManualClock } from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { BillingBooks, chargedEvent } from '../../test-support/billing-books.js';
import { query } from '../database/query.js';
import { Credits } from '../credits/credits.js';
import { LeaseReclaimer } from './lease-reclaimer.js';

const HOUR_MS = 3_600_000;
const CREDIT = 1_000n;
const RECOVER_MS = 5_000;

/** One organisation with a credit of 1,000 nano-USD, of which a proxy leases and spends. Unknown cards: charged as told. */
describe('quotas, between ledger and store', () => {
  let books: BillingBooks;
  let dataSource: DataSource;
  let clock: ManualClock;
  let store: MemoryQuotaStore;
  let organizationId: OrganizationId;
  let account: string;
  let holder: JournalId;
  let leaseId: LeaseId;
  let sequence: number;

  beforeAll(async () => {
    books = await BillingBooks.open();
    ({ dataSource } = books);
  });
  afterAll(() => books.close());

  beforeEach(async () => {
    clock = new ManualClock();
    store = new MemoryQuotaStore({ clock });
    organizationId = newId<OrganizationId>();
    account = `org:${organizationId}`;
    holder = newId<JournalId>();
    leaseId = newId<LeaseId>();
    sequence = 0;
    const { ledger, quotaBook } = books;
    await withTransaction(dataSource, (manager) => quotaBook.open(manager, account));
    const credits = new Credits({ dataSource, ledger, quotaBook, clock });
    await credits.credit({ organizationId, amount: CREDIT, reason: 'test', idempotencyKey: organizationId });
    await project();
    // The database has been with a store before: a new one waits for its leases.
    clock.advance(RECOVER_MS + 1);
  });

  const project = (): Promise<void> => books.project(store, RECOVER_MS);
  const reclaimer = (): LeaseReclaimer =>
    new LeaseReclaimer({ dataSource, quotaStore: store, clock, logger: noopLogger });
  const lease = (amount: bigint) =>
    store.acquire({ account, leaseId, holder, amountMin: amount, amountWanted: amount });
  const spend = async (
    charge: number,
    options: { closed?: boolean; leaseId?: LeaseId | null } = {},
  ): Promise<void> => {
    const event = chargedEvent(charge, {
      sequence: (sequence += 1),
      organization: { id: organizationId, name: 'acme' },
      leaseId: options.leaseId === undefined ? leaseId : options.leaseId,
    });
    const closed = options.closed === true ? { finalSequence: sequence } : undefined;
    await books.committer(clock).commit([{ journalId: holder, events: [event], rejected: [], closed }]);
  };
  const available = (): Promise<bigint | undefined> => store.available(account);
  const findings = async (): Promise<string[]> => {
    const rows = await query<{ kind: string }>(
      dataSource,
      'select kind from billing.findings where journal_id = $1 and request_id is null',
      [holder],
    );
    return rows.map(({ kind }) => kind);
  };

  it('keeps what is available apart from what a lease holds, whatever is spent of it', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted', amount: 400n });
    await spend(150);
    await project();
    expect(await available()).toBe(CREDIT - 400n);
  });

  it('takes from the credit what no lease covered', async () => {
    await spend(150, { leaseId: null });
    await project();
    expect(await available()).toBe(CREDIT - 150n);
  });

  it('gives the rest back when the journal is complete, and takes later charges from the credit', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted', amount: 400n });
    await spend(150, { closed: true });
    await project();
    await reclaimer().reclaimComplete();
    expect(await available()).toBe(CREDIT - 150n);
    await spend(50);
    await project();
    expect(await available()).toBe(CREDIT - 200n);
  });

  it('gives nothing back before the store knows all that was spent', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted', amount: 400n });
    await spend(150, { closed: true });
    await reclaimer().reclaimComplete();
    expect(await available()).toBe(CREDIT - 400n);
  });

  it('gives back what a proxy held that fell silent before it published anything', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted', amount: 400n });
    clock.advance(HOUR_MS - 1);
    await reclaimer().reclaimSilent();
    expect(await available()).toBe(CREDIT - 400n);
    clock.advance(2);
    await reclaimer().reclaimSilent();
    expect(await available()).toBe(CREDIT);
    expect(await findings()).toEqual([]);
  });

  it('waits a day for a journal that is open, then notes that it was given up', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted', amount: 400n });
    await spend(150);
    await project();
    clock.advance(2 * HOUR_MS);
    await reclaimer().reclaimSilent();
    expect(await available()).toBe(CREDIT - 400n);
    clock.advance(23 * HOUR_MS);
    await reclaimer().reclaimSilent();
    expect(await available()).toBe(CREDIT - 150n);
    expect(await findings()).toEqual(['journal_abandoned']);
  });

  it('tells the store also what was spent just before a silent proxy was given up', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted' });
    await spend(100);
    await project();
    await spend(50);
    clock.advance(25 * HOUR_MS);
    await reclaimer().reclaimSilent();
    await project();
    expect(await available()).toBe(CREDIT - 150n);
  });

  it('builds a lost store anew: the balance, less what live leases re-attach', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted', amount: 400n });
    await spend(150);
    store = new MemoryQuotaStore({ clock });
    await project();
    await store.renew(holder, [{ leaseId, account, granted: 400n }]);
    expect(await lease(1n)).toEqual({ status: 'recovering' });
    clock.advance(RECOVER_MS + 1);
    expect(await available()).toBe(CREDIT - 400n);
    await spend(10);
    await project();
    expect(await available()).toBe(CREDIT - 400n);
  });

  it('waits for leases also when no journal was heard of: a first request may still run', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted', amount: 400n });
    clock.advance(HOUR_MS);
    store = new MemoryQuotaStore({ clock });
    await project();
    const other = { leaseId: newId<LeaseId>(), holder: newId<JournalId>() };
    const acquire = () => store.acquire({ account, ...other, amountMin: CREDIT, amountWanted: CREDIT });
    expect(await acquire()).toEqual({ status: 'recovering' });
    await store.renew(holder, [{ leaseId, account, granted: 400n }]);
    clock.advance(RECOVER_MS + 1);
    expect(await acquire()).toEqual({ status: 'insufficient' });
  });

  it('lets several projectors carry the same changes at once', async () => {
    expect(await lease(400n)).toMatchObject({ status: 'granted', amount: 400n });
    await spend(150);
    await spend(50, { leaseId: null });
    await Promise.all([project(), project(), project()]);
    expect(await available()).toBe(CREDIT - 450n);
  });
});
