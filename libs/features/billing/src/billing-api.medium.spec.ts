import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type JournalId } from '@tollgate/contracts';
import { startBillingService, usageOf, type BillingService } from '../test-support/billing-service.js';
import { BalancesRpcController } from './balances/balance.controller.js';

describe('the API of billing', () => {
  let service: BillingService;

  beforeAll(async () => {
    service = await startBillingService();
  });
  afterAll(() => service.stop());

  it('sums one row without groupBy, within from and to', async () => {
    const id = await service.newOrganization('1.00');
    const journal = newId<JournalId>();
    const at = (time: string) => usageOf(id, { occurredAt: Date.parse(time) });
    await service.publishUsage(journal, [
      at('2025-05-31T23:59:59.999Z'),
      at('2025-06-01T00:00:00Z'),
      at('2025-06-02T12:00:00Z'),
    ]);
    await service.watermark(journal, 3);
    const requests = async (query: string): Promise<number> =>
      (await service.get(`/usage?${query}`)).json().items[0].requests;
    expect(await requests('from=2025-05-01&to=2025-06-30')).toBe(3);
    expect(await requests('from=2025-06-01&to=2025-06-02')).toBe(2);
    expect(await requests('from=2025-06-01&to=2025-06-02T00:00:00Z')).toBe(1);
    expect(await requests('from=2025-07-01&to=2025-07-31')).toBe(0);
    expect(await requests('from=1000-01-01&to=9999-12-31')).toBeGreaterThanOrEqual(3);
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
    const response = await service.credit('nobody', payload, headers);
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
    const response = await service.get(url);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toContain('application/problem+json');
  });

  it('answers nobody without an access token', async () => {
    expect((await service.app.inject({ url: '/api/v1/billing/usage' })).statusCode).toBe(401);
  });

  it('tells other services balances of accounts that exist', async () => {
    const id = await service.newOrganization('3.50');
    const controller = service.app.get(BalancesRpcController, { strict: false });
    expect(await controller.balances({ organizationIds: [id, 'nobody'] })).toEqual({
      balances: { [id]: '3.50' },
    });
  });
});
