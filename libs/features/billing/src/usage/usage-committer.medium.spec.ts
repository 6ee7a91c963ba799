import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { priceCardDocumentKey, type JournalId, type LeaseId, type PriceCardId } from '@tollgate/contracts';
import { FakeDocumentStore, ManualClock, usageEvent } from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { BillingBooks } from '../../test-support/billing-books.js';
import { query } from '../database/query.js';
import type { DecodedBatch } from './decode-batch.js';
import type { UsageCommitter } from './usage-committer.js';

const CARD = 'card-1' as PriceCardId;
const priced = { priceCard: { id: CARD, version: 1 }, charge: '4500000', vendorCost: '3000000' };
let journals = 0;
const newJournal = (): JournalId => `journal-${(journals += 1)}` as JournalId;

const batch = (
  journalId: JournalId,
  events: DecodedBatch['events'],
  rest: Partial<DecodedBatch> = {},
): DecodedBatch => ({
  journalId,
  events: events.map((event, index) => ({
    ...event,
    sequence: event.sequence === 1 ? index + 1 : event.sequence,
  })),
  rejected: [],
  closed: undefined,
  ...rest,
});

describe('the commit of usage events', () => {
  let books: BillingBooks;
  let dataSource: DataSource;
  let documents: FakeDocumentStore;
  const clock = new ManualClock();

  beforeAll(async () => {
    books = await BillingBooks.open();
    ({ dataSource } = books);
  });
  afterAll(() => books.close());

  beforeEach(async () => {
    documents = new FakeDocumentStore();
    await documents.bucket('config').put(priceCardDocumentKey('gpt-4o'), {
      model: 'gpt-4o',
      versions: [{ id: CARD, version: 1, effectiveFrom: 0, prices: { input: '2.50', output: '10.00' } }],
    });
  });

  const newCommitter = (): UsageCommitter => books.committer(clock, documents);
  const committedThrough = async (journalId: JournalId): Promise<number> => {
    const [row] = await query<{ through: string }>(
      dataSource,
      'select committed_through as through from billing.journals where id = $1',
      [journalId],
    );
    return Number(row?.through ?? 0);
  };
  const chargesOf = async (ids: readonly string[]): Promise<string> => {
    const [row] = await query<{ total: string }>(
      dataSource,
      'select coalesce(sum(charge), 0) as total from billing.usage_records where id = any($1::text[])',
      [ids],
    );
    return row?.total ?? '';
  };
  const balance = async (account: string): Promise<bigint> => {
    const [row] = await query<{ balance: string }>(
      dataSource,
      'select balance from billing.accounts where id = $1',
      [account],
    );
    return BigInt(row?.balance ?? 0);
  };
  const findingsOf = async (id: string): Promise<string[]> => {
    const rows = await query<{ kind: string }>(
      dataSource,
      'select kind from billing.findings where request_id = $1 or journal_id = $1 order by id',
      [id],
    );
    return rows.map(({ kind }) => kind);
  };
  /** What must hold whatever was committed: see the reconciliation of the ledger. */
  const expectReconciled = async (): Promise<void> => {
    const [sums] = await query<Record<string, string>>(
      dataSource,
      `select (select coalesce(sum(amount), 0) from billing.postings) as postings,
        (select coalesce(sum(charge), 0) from billing.usage_records) as charges,
        (select coalesce(sum(balance), 0) from billing.accounts where id = 'revenue') as revenue,
        (select count(*) from billing.accounts a where balance <>
          (select coalesce(sum(amount), 0) from billing.postings p where p.account = a.id)) as wrong,
        (select count(*) from billing.quota_accounts q where credited <>
          coalesce((select balance from billing.accounts a where a.id = q.account), 0)
          + coalesce((select sum(consumed) from billing.leases l where l.account = q.account), 0)) as misquoted`,
    );
    expect(sums).toMatchObject({ postings: '0', revenue: sums?.charges, wrong: '0', misquoted: '0' });
  };

  it('records, charges and counts a new event', async () => {
    const journal = newJournal();
    const event = usageEvent({ ...priced, organization: { id: 'o-new' as never, name: 'new' } });
    const summary = await newCommitter().commit([batch(journal, [event])]);
    expect(summary).toEqual({ recorded: 1, duplicates: 0, findings: [], alerts: [] });
    expect(await chargesOf([event.id])).toBe('4500000');
    expect(await balance('org:o-new')).toBe(-4_500_000n);
    expect(await committedThrough(journal)).toBe(1);
    await expectReconciled();
  });

  it('takes duplicates, overlapping resends and batches out of order for what they are', async () => {
    const journal = newJournal();
    const organization = { id: 'o-replay' as never, name: 'replay' };
    const events = Array.from({ length: 6 }, (_, index) =>
      usageEvent({ ...priced, organization, sequence: index + 1 }),
    );
    const slice = (from: number, to: number): DecodedBatch => ({
      ...batch(journal, []),
      events: events.slice(from, to),
    });
    const committer = newCommitter();
    await committer.commit([slice(3, 5)]);
    expect(await committedThrough(journal)).toBe(0);
    await committer.commit([slice(0, 2), slice(0, 2)]);
    expect(await committedThrough(journal)).toBe(2);
    await committer.commit([slice(1, 4)]);
    expect(await committedThrough(journal)).toBe(5);
    await committer.commit([slice(0, 6)]);
    expect(await committedThrough(journal)).toBe(6);
    expect(await balance('org:o-replay')).toBe(-6n * 4_500_000n);
    await expectReconciled();
  });

  it('commits once what two instances consume at the same time', async () => {
    const organization = { id: 'o-twice' as never, name: 'twice' };
    const batches = Array.from({ length: 20 }, () => {
      const journal = newJournal();
      return batch(
        journal,
        Array.from({ length: 10 }, () =>
          usageEvent({ ...priced, organization, leaseId: `lease-${journal}` as LeaseId }),
        ),
      );
    });
    const [one, two] = [newCommitter(), newCommitter()];
    const summaries = await Promise.all([
      ...batches.map((each) => one.commit([each])),
      ...batches.toReversed().map((each) => two.commit([each])),
    ]);
    expect(summaries.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(200);
    expect(summaries.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(200);
    expect(await balance('org:o-twice')).toBe(-200n * 4_500_000n);
    await expectReconciled();
  });

  it('keeps warnings as they are, whatever a client called its fields', async () => {
    const warnings = [
      'dropped:extensions.{"a\\b", c}',
      '',
      'null',
      'dropped:x\u0000y',
      'dropped:\ud800',
      'ü',
    ];
    const event = usageEvent({ ...priced, warnings });
    const plain = usageEvent({ ...priced });
    await newCommitter().commit([batch(newJournal(), [event, plain])]);
    const stored = async (id: string) =>
      query(dataSource, 'select warnings from billing.usage_records where id = $1', [id]);
    expect(await stored(event.id)).toEqual([
      { warnings: [...warnings.slice(0, 3), 'dropped:x\uFFFDy', 'dropped:\uFFFD', 'ü'] },
    ]);
    expect(await stored(plain.id)).toEqual([{ warnings: [] }]);
    await expectReconciled();
  });

  it('sets aside the one event that Postgres refuses and commits its neighbours', async () => {
    const journal = newJournal();
    const events = [
      usageEvent({ ...priced }),
      usageEvent({ ...priced, model: 'nul\u0000', priceCard: null, charge: '0' }),
      usageEvent({ ...priced }),
    ];
    const summary = await newCommitter().commit([batch(journal, events)]);
    expect(summary).toMatchObject({ recorded: 2, findings: ['event_rejected'] });
    expect(await committedThrough(journal)).toBe(3);
    expect(await findingsOf(journal)).toEqual(['event_rejected']);
    const [finding] = await query<{ raw: string }>(
      dataSource,
      'select raw from billing.findings where journal_id = $1',
      [journal],
    );
    expect(JSON.parse(finding?.raw ?? '')).toMatchObject({ id: events[1]?.id, model: 'nul\u0000' });
    await expectReconciled();
  });

  it('keeps rejected events and lets the watermark pass them', async () => {
    const journal = newJournal();
    const first = usageEvent({ sequence: 2 });
    await newCommitter().commit([
      {
        journalId: journal,
        events: [first],
        rejected: [{ sequence: 1, reason: 'usage: wrong', raw: '{"a":1}' }],
        closed: undefined,
      },
    ]);
    expect(await committedThrough(journal)).toBe(2);
    expect(await findingsOf(journal)).toEqual(['event_rejected']);
  });

  it.each([
    ['charge_mismatch', { ...priced, charge: '4500001' }, '4500000'],
    ['unknown_price_version', { ...priced, priceCard: { id: CARD, version: 9 }, charge: '7' }, '7'],
    ['unknown_price_version', { ...priced, priceCard: { id: CARD, version: 9 }, charge: '-7' }, '0'],
    ['charge_without_price', { charge: '7' }, '0'],
    ['negative_vendor_cost', { ...priced, vendorCost: '-1' }, '4500000'],
    ['vendor_counts', { ...priced, findings: ['negative_count:output'] }, '4500000'],
    ['journal_shed', { ...priced, findings: ['journal_shed:12'] }, '4500000'],
  ])('notes %s and charges what its records explain', async (kind, overrides, charged) => {
    const event = usageEvent(overrides);
    const summary = await newCommitter().commit([batch(newJournal(), [event])]);
    expect(summary.findings).toEqual([kind]);
    expect(await findingsOf(event.id)).toEqual([kind]);
    expect(await chargesOf([event.id])).toBe(charged);
    await expectReconciled();
  });

  it('charges nothing where nothing was counted', async () => {
    const event = usageEvent({ ...priced, usageSource: 'none', charge: '0', usage: { input: 0, output: 0 } });
    const summary = await newCommitter().commit([batch(newJournal(), [event])]);
    expect(summary).toEqual({ recorded: 1, duplicates: 0, findings: [], alerts: [] });
    expect(await chargesOf([event.id])).toBe('0');
  });

  it('counts only the first of two events with one id', async () => {
    const event = usageEvent({ ...priced });
    const other = {
      ...event,
      usage: { ...event.usage, input: 1_000_000 },
      charge: '2502000000',
      occurredAt: 1.77e12,
    };
    const committer = newCommitter();
    await committer.commit([batch(newJournal(), [event])]);
    const summary = await committer.commit([batch(newJournal(), [other])]);
    expect(summary).toEqual({ recorded: 0, duplicates: 1, findings: ['content_conflict'], alerts: [] });
    expect(await chargesOf([event.id])).toBe('4500000');
    await expectReconciled();
  });

  it('files each event under its own month, up to the last millisecond', async () => {
    const times = ['2026-03-31T23:59:59.999Z', '2026-04-01T00:00:00.000Z'].map((time) => Date.parse(time));
    const events = times.map((occurredAt) => usageEvent({ occurredAt }));
    await newCommitter().commit([batch(newJournal(), events)]);
    const rows = await query<{ partition: string; id: string }>(
      dataSource,
      `select tableoid::regclass::text as partition, id from billing.usage_records where id = any($1::text[])
        order by occurred_at`,
      [events.map(({ id }) => id)],
    );
    expect(rows.map(({ partition }) => partition.replace('billing.', ''))).toEqual([
      'usage_records_2026_03',
      'usage_records_2026_04',
    ]);
  });

  it('puts charges without a lease, or of a finished lease, on the credit itself', async () => {
    const organization = { id: 'o-lease' as never, name: 'lease' };
    const journal = newJournal();
    const committer = newCommitter();
    const leaseId = 'lease-x' as LeaseId;
    await committer.commit([batch(journal, [usageEvent({ ...priced, organization, leaseId })])]);
    await committer.commit([batch(journal, [usageEvent({ ...priced, organization })])]);
    await dataSource.query(`update billing.leases set finished = true where id = 'lease-x'`);
    await committer.commit([batch(journal, [usageEvent({ ...priced, organization, leaseId })])]);
    const [row] = await query<{ credited: string; consumed: string }>(
      dataSource,
      `select q.credited, l.consumed from billing.quota_accounts q join billing.leases l on l.account = q.account
        where q.account = 'org:o-lease'`,
    );
    expect(row).toEqual({ credited: '-9000000', consumed: '4500000' });
    await expectReconciled();
  });

  it('rejects, and commits nothing, while the price cards can not be asked', async () => {
    const journal = newJournal();
    documents.away = true;
    const event = usageEvent({ ...priced, priceCard: { id: 'card-away' as PriceCardId, version: 1 } });
    await expect(newCommitter().commit([batch(journal, [event])])).rejects.toThrow('away');
    expect(await committedThrough(journal)).toBe(0);
    expect(await chargesOf([event.id])).toBe('0');
  });
});
