import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AccountProjection, LeaseProjection, QuotaSnapshot, QuotaStore } from '@tollgate/admission';
import {
  journalWatermarkKey,
  newId,
  priceCardDocumentKey,
  systemClock,
  type JournalId,
  type LeaseId,
  type OrganizationId,
  type PriceCardId,
  type UsageRecordedV1,
} from '@tollgate/contracts';
import { createControlApplication } from '@tollgate/control-api';
import { ensureMessagingSchema, PostgresEventLog } from '@tollgate/messaging/postgres';
import { openDatabase } from '@tollgate/persistence';
import { generateMasterKey, parseMasterKey, signAccessToken } from '@tollgate/security';
import { createMetrics, HealthChecks, noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  eventually,
  FakeDocumentStore,
  usageEvent,
  type TestDatabase,
} from '@tollgate/testing';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { BalancesRpcController } from './balances/balance.controller.js';
import { billingDatabase, BillingModule } from './index.js';

/** Keeps what it was told last; a proxy's side it does not have. */
class RecordingQuotaStore implements QuotaStore {
  blank = true;
  away = false;
  silent: JournalId[] = [];
  readonly accounts = new Map<string, AccountProjection>();
  readonly leases = new Map<string, LeaseProjection>();
  readonly rebuilds: QuotaSnapshot[] = [];
  readonly reclaimed: JournalId[] = [];

  async project(accounts: readonly AccountProjection[], leases: readonly LeaseProjection[]): Promise<void> {
    await this.ping();
    for (const account of accounts) this.accounts.set(account.account, account);
    for (const lease of leases) this.leases.set(lease.leaseId, lease);
  }

  async isBlank(): Promise<boolean> {
    await this.ping();
    return this.blank;
  }

  async rebuild(snapshot: QuotaSnapshot): Promise<void> {
    await this.ping();
    this.rebuilds.push(snapshot);
    this.blank = false;
    this.accounts.clear();
    this.leases.clear();
    await this.project(snapshot.accounts, snapshot.leases);
  }

  async reclaim(holder: JournalId): Promise<void> {
    await this.ping();
    this.reclaimed.push(holder);
  }

  async forget(): Promise<void> {
    await this.ping();
  }

  async silentHolders(): Promise<readonly JournalId[]> {
    return this.silent;
  }

  async ping(): Promise<void> {
    if (this.away) throw new Error('The quota store is away.');
  }

  async close(): Promise<void> {}
  acquire(): never {
    throw new Error('Billing never acquires.');
  }
  renew(): never {
    throw new Error('Billing never renews.');
  }
  giveBack(): never {
    throw new Error('Billing never gives back.');
  }
}

const masterKey = parseMasterKey(generateMasterKey());
const CARD = 'card-1' as PriceCardId;
const priced = { priceCard: { id: CARD, version: 1 }, charge: '4500000', vendorCost: '3000000' };

describe('billing', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let pool: pg.Pool;
  let eventLog: PostgresEventLog;
  let app: NestFastifyApplication;
  let authorization: string;
  const documents = new FakeDocumentStore();
  const quotaStore = new RecordingQuotaStore();
  const metrics = createMetrics({ service: 'billing' });
  const health = new HealthChecks();

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDatabase(billingDatabase({ url: database.url }));
    pool = new pg.Pool({ connectionString: database.url });
    await ensureMessagingSchema(pool);
    eventLog = new PostgresEventLog({ pool, logger: noopLogger });
    await documents.bucket('config').put(priceCardDocumentKey('gpt-4o'), {
      model: 'gpt-4o',
      versions: [{ id: CARD, version: 1, effectiveFrom: 0, prices: { input: '2.50', output: '10.00' } }],
    });
    const dependencies = { dataSource, eventLog, documents, quotaStore, metrics, health };
    app = await createControlApplication({
      modules: [BillingModule.register({ ...dependencies, clock: systemClock, logger: noopLogger })],
      logger: noopLogger,
      health,
      metrics,
      masterKey,
      openApi: { title: 'billing' },
    });
    const claims = { subject: 'u1', role: 'administrator', ttlSeconds: 600 };
    authorization = `Bearer ${await signAccessToken(masterKey, claims, systemClock)}`;
  });
  afterAll(async () => {
    await app.close();
    await eventLog.close();
    await pool.end();
    await dataSource.destroy();
    await database.drop();
  });

  const get = (url: string) => app.inject({ url: `/api/v1/billing${url}`, headers: { authorization } });
  const credit = (organizationId: string, payload: object, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/billing/organizations/${organizationId}/credits`,
      headers: { authorization, ...headers },
      payload,
    });
  const publishUsage = async (
    journalId: JournalId,
    events: readonly UsageRecordedV1[],
    closed = false,
  ): Promise<void> => {
    const numbered = events.map((event, index) => ({ ...event, sequence: index + 1 }));
    const id = `${journalId}:1-${events.length}`;
    await eventLog.publish('usage', { id, body: { journalId, events: numbered, closed } });
  };
  const announce = (
    organizationId: string,
    openingBalance: string,
    messageId = organizationId,
  ): Promise<void> =>
    eventLog.publish('organizations', {
      id: messageId,
      body: {
        type: 'organization.created',
        version: 1,
        organizationId,
        name: organizationId,
        openingBalance,
        occurredAt: Date.parse('2026-01-01T00:00:00Z'),
      },
    });
  const newOrganization = async (openingBalance: string): Promise<OrganizationId> => {
    const id = `acme-${newId().slice(-12)}` as OrganizationId;
    await announce(id, openingBalance);
    await eventually(() => quotaStore.accounts.has(`org:${id}`), 'the account to reach the quota store');
    return id;
  };
  const watermark = (journalId: JournalId, through: number): Promise<unknown> =>
    eventually(async () => {
      const document = await documents.bucket('billing').get(journalWatermarkKey(journalId));
      return (document?.value as { committedThrough?: number } | undefined)?.committedThrough === through;
    }, `the watermark ${through} of ${journalId}`);
  const usageOf = (organizationId: OrganizationId, overrides: Parameters<typeof usageEvent>[0] = {}) =>
    usageEvent({ ...priced, organization: { id: organizationId, name: organizationId }, ...overrides });

  beforeEach(() => {
    quotaStore.away = false;
  });

  it('opens an account with its opening credit, once', async () => {
    const id = await newOrganization('100.00');
    expect(quotaStore.accounts.get(`org:${id}`)).toMatchObject({ credited: 100_000_000_000n });
    await announce(id, '100.00', `${id}-again`);
    await announce(id, '200.00', `${id}-other`);
    await eventually(
      async () => (await get('/findings?kind=opening_conflict')).json().items[0]?.organizationId === id,
      'the finding',
    );
    expect((await get(`/organizations/${id}/balance`)).json()).toEqual({
      organizationId: id,
      balance: '100.00',
    });
  });

  it('shows a request in every report, to the nano-dollar', async () => {
    const id = await newOrganization('1.00');
    const journal = newId<JournalId>();
    const warnings = ['dropped:topK', 'moved:messages[2].content[0]'];
    const event = usageOf(id, { leaseId: `lease-${journal}` as LeaseId, warnings });
    await publishUsage(journal, [
      event,
      usageOf(id, { model: '=cmd|calc', priceCard: null, charge: '0', vendorCost: '0' }),
    ]);
    await watermark(journal, 2);

    const record = (await get(`/requests/${event.id}`)).json();
    expect(record).toMatchObject({
      requestId: event.id,
      organization: { id, name: id },
      apiKey: { id: 'key-1', name: 'ci' },
      channel: { id: 'channel-1', name: 'openai-main' },
      usage: { input: 1_000, output: 200 },
      inputTokens: 1_000,
      outputTokens: 200,
      charge: '0.0045',
      vendorCost: '0.003',
      lines: [
        { quantity: 'input', amount: 1_000, unit: 'token', priceUsd: '2.50', amountUsd: '0.0025' },
        { quantity: 'output', amount: 200, unit: 'token', priceUsd: '10.00', amountUsd: '0.002' },
      ],
      warnings,
      findings: [],
    });

    const report = (await get('/usage?groupBy=organization,model,apiKey,day')).json();
    const rows = report.items.filter(
      ({ organizationId }: { organizationId: string }) => organizationId === id,
    );
    expect(rows).toEqual([
      expect.objectContaining({ model: '=cmd|calc', requests: 1, charge: '0.00' }),
      {
        organization: id,
        organizationId: id,
        model: 'gpt-4o',
        apiKey: 'ci',
        apiKeyId: 'key-1',
        day: '2026-01-02',
        requests: 1,
        inputTokens: 1_000,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 200,
        reasoningTokens: 0,
        charge: '0.0045',
        vendorCost: '0.003',
      },
    ]);
    expect(report.nextCursor).toBeNull();

    const ledger = (await get(`/organizations/${id}/ledger?limit=1`)).json();
    expect(ledger.items).toEqual([
      expect.objectContaining({
        kind: 'usage',
        amount: '-0.0045',
        balance: '0.9955',
        requestId: event.id,
        transactionId: record.transactionId,
      }),
    ]);
    const older = (await get(`/organizations/${id}/ledger?cursor=${ledger.nextCursor}`)).json();
    expect(older).toMatchObject({
      items: [{ kind: 'opening', amount: '1.00', balance: '1.00' }],
      nextCursor: null,
    });
    expect(quotaStore.leases.get(`lease-${journal}`)).toMatchObject({ consumed: 4_500_000n });

    const csv = await get('/usage?groupBy=model&format=csv');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.body).toContain("\r\n'=cmd|calc,1,1000,0,0,200,0,0.00,0.00\r\n");
  });

  it('sums one row without groupBy, within from and to', async () => {
    const id = await newOrganization('1.00');
    const journal = newId<JournalId>();
    const at = (time: string) => usageOf(id, { occurredAt: Date.parse(time) });
    await publishUsage(journal, [
      at('2025-05-31T23:59:59.999Z'),
      at('2025-06-01T00:00:00Z'),
      at('2025-06-02T12:00:00Z'),
    ]);
    await watermark(journal, 3);
    const requests = async (query: string): Promise<number> =>
      (await get(`/usage?${query}`)).json().items[0].requests;
    expect(await requests('from=2025-05-01&to=2025-06-30')).toBe(3);
    expect(await requests('from=2025-06-01&to=2025-06-02')).toBe(2);
    expect(await requests('from=2025-06-01&to=2025-06-02T00:00:00Z')).toBe(1);
    expect(await requests('from=2025-07-01&to=2025-07-31')).toBe(0);
    expect(await requests('from=1000-01-01&to=9999-12-31')).toBeGreaterThanOrEqual(3);
  });

  it('tops up once for each idempotency key, and admission knows at once', async () => {
    const id = await newOrganization('0');
    const key = { 'idempotency-key': `top-up-${id}` };
    expect((await credit(id, { amount: '1', reason: 'a\u0000b' }, key)).statusCode).toBe(400);
    const first = await credit(id, { amount: '25.00', reason: 'invoice 7' }, key);
    expect(first.statusCode).toBe(200);
    expect(first.json()).toMatchObject({ organizationId: id, amount: '25.00', balance: '25.00' });
    expect(quotaStore.accounts.get(`org:${id}`)?.credited).toBe(25_000_000_000n);

    const again = await credit(id, { amount: '25.00', reason: 'invoice 7' }, key);
    expect(again.json()).toEqual(first.json());
    const other = await credit(id, { amount: '26.00', reason: 'invoice 7' }, key);
    expect(other.statusCode).toBe(409);
    expect(other.json()).toMatchObject({ code: 'idempotency_conflict' });
    expect((await get(`/organizations/${id}/balance`)).json().balance).toBe('25.00');
    expect((await get('/reconciliation')).json().balanced).toBe(true);
  });

  it.each<[string, object, Record<string, string>, string]>([
    ['no key', { amount: '1', reason: 'x' }, {}, '400 validation_failed'],
    ['nothing', { amount: '0', reason: 'x' }, { 'idempotency-key': 'k' }, '400 validation_failed'],
    ['less than nothing', { amount: '-1', reason: 'x' }, { 'idempotency-key': 'k' }, '400 validation_failed'],
    ['a float', { amount: 1.5, reason: 'x' }, { 'idempotency-key': 'k' }, '400 validation_failed'],
    [
      'too much',
      { amount: '1000000000.01', reason: 'x' },
      { 'idempotency-key': 'k' },
      '400 validation_failed',
    ],
    ['no reason', { amount: '1' }, { 'idempotency-key': 'k' }, '400 validation_failed'],
    ['nobody', { amount: '1', reason: 'x' }, { 'idempotency-key': 'k' }, '404 not_found'],
  ])('refuses a credit of or for %s', async (_name, payload, headers, answer) => {
    const response = await credit('nobody', payload, headers);
    expect(`${response.statusCode} ${response.json().code}`).toBe(answer);
  });

  it.each([
    ['/usage?groupBy=password', 400],
    ['/usage?from=yesterday', 400],
    ['/usage?format=xml', 400],
    ['/usage?form=json', 400],
    ['/requests/unknown', 404],
    ['/organizations/unknown/balance', 404],
    ['/findings?cursor=garbage', 400],
  ])('answers %s with %d and a problem document', async (url, status) => {
    const response = await get(url);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toContain('application/problem+json');
  });

  it('answers nobody without an access token', async () => {
    expect((await app.inject({ url: '/api/v1/billing/usage' })).statusCode).toBe(401);
  });

  it('tells other services balances of accounts that exist', async () => {
    const id = await newOrganization('3.50');
    const controller = app.get(BalancesRpcController, { strict: false });
    expect(await controller.balances({ organizationIds: [id, 'nobody'] })).toEqual({
      balances: { [id]: '3.50' },
    });
  });

  it('notes an event that is not what the contract says, and lets the rest pass', async () => {
    const id = await newOrganization('1.00');
    const journal = newId<JournalId>();
    const good = usageOf(id);
    const bad = { ...usageOf(id), usage: { input: -1 } } as unknown as UsageRecordedV1;
    await publishUsage(journal, [bad, good]);
    await watermark(journal, 2);
    const [finding] = (await get('/findings?kind=event_rejected')).json().items;
    expect(finding).toMatchObject({
      journalId: journal,
      sequence: '1',
      details: { reason: expect.any(String) },
    });
    expect((await get(`/requests/${good.id}`)).statusCode).toBe(200);
    expect((await get(`/requests/${bad.id}`)).statusCode).toBe(404);
  });

  it('makes a dead letter of a message in which nothing can be told', async () => {
    await eventLog.publish('usage', { id: 'garbage', body: { hello: 'world' } });
    const letter = await eventually(
      async () =>
        (await eventLog.deadLetters.list({ limit: 10 })).find(({ messageId }) => messageId === 'garbage'),
      'the dead letter',
    );
    expect(letter).toMatchObject({
      topic: 'usage',
      consumer: 'billing',
      reason: expect.stringContaining('journalId'),
    });
    const listed = (await get('/dead-letters?limit=10')).json<{ items: { id: string }[] }>().items;
    expect(listed.map(({ id }) => id)).toContain(letter.id);
    const settle = (method: 'POST' | 'DELETE', path: string) =>
      app.inject({ method, url: `/api/v1/billing/dead-letters/${path}`, headers: { authorization } });
    expect((await settle('POST', `${letter.id}/replay`)).statusCode).toBe(204);
    const again = await eventually(
      async () => (await eventLog.deadLetters.list({ limit: 10 })).find(({ id }) => id !== letter.id),
      'the replayed message to be refused again',
    );
    expect((await settle('DELETE', again.id)).statusCode).toBe(204);
    expect((await settle('DELETE', again.id)).statusCode).toBe(404);
  });

  it('gives back what the leases of a closed journal did not consume, after it is committed to its end', async () => {
    const id = await newOrganization('1.00');
    const journal = newId<JournalId>();
    const leaseId = `lease-${journal}` as LeaseId;
    const events = [1, 2].map((sequence) => usageOf(id, { leaseId, sequence }));
    const [first, last] = events;
    await eventLog.publish('usage', {
      id: `${journal}:2-2`,
      body: { journalId: journal, events: [last], closed: true },
    });
    await eventually(() => quotaStore.leases.get(leaseId)?.consumed === 4_500_000n, 'the first consumption');
    expect(quotaStore.reclaimed).not.toContain(journal);
    await eventLog.publish('usage', { id: `${journal}:1-1`, body: { journalId: journal, events: [first] } });
    await eventually(() => quotaStore.reclaimed.includes(journal), 'the leases to be reclaimed');
    expect(quotaStore.leases.get(leaseId)?.consumed).toBe(9_000_000n);
  });

  it('builds a quota store that lost its data anew, and gives live leases time', async () => {
    const id = await newOrganization('2.00');
    const journal = newId<JournalId>();
    await publishUsage(journal, [usageOf(id, { leaseId: `lease-${journal}` as LeaseId })]);
    await watermark(journal, 1);
    quotaStore.accounts.clear();
    quotaStore.leases.clear();
    quotaStore.blank = true;
    await eventually(() => !quotaStore.blank, 'the rebuild');
    const snapshot = quotaStore.rebuilds.at(-1);
    expect(snapshot?.recoverMs).toBe(5_000);
    expect(snapshot?.accounts).toContainEqual({
      account: `org:${id}`,
      credited: 2_000_000_000n,
      balance: 1_995_500_000n,
      version: expect.anything(),
    });
    expect(snapshot?.leases).toContainEqual({
      leaseId: `lease-${journal}`,
      account: `org:${id}`,
      consumed: 4_500_000n,
      consumedBefore: expect.anything(),
    });
  });

  it('goes on committing while the quota store is away, and catches up', async () => {
    const id = await newOrganization('2.00');
    const journal = newId<JournalId>();
    const leaseId = `lease-${journal}` as LeaseId;
    quotaStore.away = true;
    await publishUsage(journal, [usageOf(id, { leaseId })]);
    await watermark(journal, 1);
    expect(quotaStore.leases.has(leaseId)).toBe(false);
    quotaStore.away = false;
    await eventually(() => quotaStore.leases.get(leaseId)?.consumed === 4_500_000n, 'the consumption');
  });

  it('publishes watermarks late rather than never', async () => {
    const id = await newOrganization('2.00');
    const journal = newId<JournalId>();
    documents.away = true;
    const event = usageOf(id);
    await publishUsage(journal, [event]);
    await eventually(async () => (await get(`/requests/${event.id}`)).statusCode === 200, 'the record');
    documents.away = false;
    await watermark(journal, 1);
  });

  it('adds up: reports, records, ledger and balances are of one amount', async () => {
    const { balanced, checks } = (await get('/reconciliation')).json();
    expect(checks.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([]);
    expect(balanced).toBe(true);
    const { totals } = (await get('/usage')).json();
    expect(checks[1]).toMatchObject({ expected: totals.charge, actual: totals.charge });
  });

  it('is ready and counts what it did', async () => {
    expect((await app.inject({ url: '/readyz' })).statusCode).toBe(200);
    expect(await metrics.metrics()).toMatch(
      /tollgate_billing_usage_events_total\{result="recorded".*\} [1-9]/,
    );
  });

  it('keeps its ledger, records and findings as they are, whoever asks', async () => {
    for (const table of ['transactions', 'postings', 'usage_records', 'usage_ids', 'findings']) {
      await expect(dataSource.query(`delete from billing.${table}`)).rejects.toThrow(
        'never changed or deleted',
      );
    }
  });
});
