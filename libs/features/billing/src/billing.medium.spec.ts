import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type JournalId, type LeaseId, type UsageRecordedV1 } from '@tollgate/contracts';
import { eventually } from '@tollgate/testing';
import { startBillingService, usageOf, type BillingService } from '../test-support/billing-service.js';

describe('billing', () => {
  let service: BillingService;

  beforeAll(async () => {
    service = await startBillingService();
  });
  afterAll(() => service.stop());

  it('opens an account with its opening credit, once', async () => {
    const id = await service.newOrganization('100.00');
    expect(service.quotaStore.accounts.get(`org:${id}`)).toMatchObject({ credited: 100_000_000_000n });
    await service.announce(id, '100.00', `${id}-again`);
    await service.announce(id, '200.00', `${id}-other`);
    await eventually(
      async () =>
        (await service.get('/findings?kind=opening_conflict')).json().items[0]?.organizationId === id,
      'the finding',
    );
    expect((await service.get(`/organizations/${id}/balance`)).json()).toEqual({
      organizationId: id,
      balance: '100.00',
    });
  });

  it('shows a request in every report, to the nano-dollar', async () => {
    const id = await service.newOrganization('1.00');
    const journal = newId<JournalId>();
    const warnings = ['dropped:topK', 'moved:messages[2].content[0]'];
    const event = usageOf(id, { leaseId: `lease-${journal}` as LeaseId, warnings });
    await service.publishUsage(journal, [
      event,
      usageOf(id, { model: '=cmd|calc', priceCard: null, charge: '0', vendorCost: '0' }),
    ]);
    await service.watermark(journal, 2);

    const record = (await service.get(`/requests/${event.id}`)).json();
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

    const report = (await service.get('/usage?groupBy=organization,model,apiKey,day')).json();
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

    const ledger = (await service.get(`/organizations/${id}/ledger?limit=1`)).json();
    expect(ledger.items).toEqual([
      expect.objectContaining({
        kind: 'usage',
        amount: '-0.0045',
        balance: '0.9955',
        requestId: event.id,
        transactionId: record.transactionId,
      }),
    ]);
    const older = (await service.get(`/organizations/${id}/ledger?cursor=${ledger.nextCursor}`)).json();
    expect(older).toMatchObject({
      items: [{ kind: 'opening', amount: '1.00', balance: '1.00' }],
      nextCursor: null,
    });
    expect(service.quotaStore.leases.get(`lease-${journal}`)).toMatchObject({ consumed: 4_500_000n });

    const csv = await service.get('/usage?groupBy=model&format=csv');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.body).toContain("\r\n'=cmd|calc,1,1000,0,0,200,0,0.00,0.00\r\n");
  });

  it('tops up once for each idempotency key, and admission knows at once', async () => {
    const id = await service.newOrganization('0');
    const key = { 'idempotency-key': `top-up-${id}` };
    expect((await service.credit(id, { amount: '1', reason: 'a\u0000b' }, key)).statusCode).toBe(400);
    const first = await service.credit(id, { amount: '25.00', reason: 'invoice 7' }, key);
    expect(first.statusCode).toBe(200);
    expect(first.json()).toMatchObject({ organizationId: id, amount: '25.00', balance: '25.00' });
    expect(service.quotaStore.accounts.get(`org:${id}`)?.credited).toBe(25_000_000_000n);

    const again = await service.credit(id, { amount: '25.00', reason: 'invoice 7' }, key);
    expect(again.json()).toEqual(first.json());
    const other = await service.credit(id, { amount: '26.00', reason: 'invoice 7' }, key);
    expect(other.statusCode).toBe(409);
    expect(other.json()).toMatchObject({ code: 'idempotency_conflict' });
    expect((await service.get(`/organizations/${id}/balance`)).json().balance).toBe('25.00');
    expect((await service.get('/reconciliation')).json().balanced).toBe(true);
  });

  it('notes an event that is not what the contract says, and lets the rest pass', async () => {
    const id = await service.newOrganization('1.00');
    const journal = newId<JournalId>();
    const good = usageOf(id);
    const bad = { ...usageOf(id), usage: { input: -1 } } as unknown as UsageRecordedV1;
    await service.publishUsage(journal, [bad, good]);
    await service.watermark(journal, 2);
    const [finding] = (await service.get('/findings?kind=event_rejected')).json().items;
    expect(finding).toMatchObject({
      journalId: journal,
      sequence: '1',
      details: { reason: expect.any(String) },
    });
    expect((await service.get(`/requests/${good.id}`)).statusCode).toBe(200);
    expect((await service.get(`/requests/${bad.id}`)).statusCode).toBe(404);
  });

  it('makes a dead letter of a message in which nothing can be told', async () => {
    await service.eventLog.publish('usage', { id: 'garbage', body: { hello: 'world' } });
    const letter = await eventually(
      async () =>
        (await service.eventLog.deadLetters.list({ limit: 10 })).find(
          ({ messageId }) => messageId === 'garbage',
        ),
      'the dead letter',
    );
    expect(letter).toMatchObject({
      topic: 'usage',
      consumer: 'billing',
      reason: expect.stringContaining('journalId'),
    });
    const listed = (await service.get('/dead-letters?limit=10')).json<{ items: { id: string }[] }>().items;
    expect(listed.map(({ id }) => id)).toContain(letter.id);
    const settle = (method: 'POST' | 'DELETE', path: string) =>
      service.app.inject({ method, url: `/api/v1/billing/dead-letters/${path}`, headers: service.headers });
    expect((await settle('POST', `${letter.id}/replay`)).statusCode).toBe(204);
    const again = await eventually(
      async () => (await service.eventLog.deadLetters.list({ limit: 10 })).find(({ id }) => id !== letter.id),
      'the replayed message to be refused again',
    );
    expect((await settle('DELETE', again.id)).statusCode).toBe(204);
    expect((await settle('DELETE', again.id)).statusCode).toBe(404);
  });

  it('adds up: reports, records, ledger and balances are of one amount', async () => {
    const { balanced, checks } = (await service.get('/reconciliation')).json();
    expect(checks.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([]);
    expect(balanced).toBe(true);
    const { totals } = (await service.get('/usage')).json();
    expect(checks[1]).toMatchObject({ expected: totals.charge, actual: totals.charge });
  });

  it('is ready and counts what it did', async () => {
    expect((await service.app.inject({ url: '/readyz' })).statusCode).toBe(200);
    expect(await service.metrics.metrics()).toMatch(
      /tollgate_billing_usage_events_total\{result="recorded".*\} [1-9]/,
    );
  });

  it('keeps its ledger, records and findings as they are, whoever asks', async () => {
    for (const table of ['transactions', 'postings', 'usage_records', 'usage_ids', 'findings']) {
      await expect(service.dataSource.query(`delete from billing.${table}`)).rejects.toThrow(
        'never changed or deleted',
      );
    }
  });
});
