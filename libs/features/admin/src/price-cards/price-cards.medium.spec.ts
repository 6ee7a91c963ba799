import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { priceCardDocument, type Clock } from '@tollgate/contracts';
import { startAdminApi, type AdminApi, type Json } from '../../test-support/admin-api.js';

const START = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;

describe('price cards', () => {
  let api: AdminApi;
  let now = START;
  let model = '';
  let number = 0;
  const clock: Clock = { now: () => now, monotonic: () => now };

  beforeAll(async () => {
    api = await startAdminApi({ clock });
  });

  afterAll(() => api?.close());

  beforeEach(() => {
    number += 1;
    model = `vendor/model ${number}`;
    now = START;
  });

  const publish = (prices: object, effectiveFrom?: string) =>
    api.call('POST', '/api/v1/price-cards', { model, prices, ...(effectiveFrom && { effectiveFrom }) });
  const lastDocument = async () => priceCardDocument.parse((await api.outbox()).at(-1)?.body);

  it('are published in versions, effective now or later', async () => {
    const first = await publish({ input: '2.5', output: '10' });
    expect(first).toMatchObject({
      status: 201,
      body: {
        version: 1,
        effectiveFrom: '2026-06-01T00:00:00.000Z',
        prices: { input: '2.50', output: '10.00' },
        createdBy: 'admin',
      },
    });
    await publish({ input: '2', output: '8' }, '2026-07-01T02:00:00+02:00');

    const id = first.body.priceCardId;
    const card = await api.call('GET', `/api/v1/price-cards/${id}`);
    expect(card.body).toMatchObject({ id, model, current: { version: 1 } });
    expect(await lastDocument()).toEqual({
      model,
      versions: [
        { id, version: 1, effectiveFrom: START, prices: { input: '2.50', output: '10.00' } },
        { id, version: 2, effectiveFrom: START + 30 * DAY_MS, prices: { input: '2.00', output: '8.00' } },
      ],
    });

    now = START + 30 * DAY_MS;
    expect((await api.call('GET', `/api/v1/price-cards/${id}`)).body.current.version).toBe(2);
    const list = await api.call('GET', `/api/v1/price-cards?model=${encodeURIComponent(model)}`);
    expect(list.body.items).toMatchObject([{ id, current: { version: 2 } }]);
  });

  it('keep their whole history, latest version first, in pages', async () => {
    for (const input of ['1', '2', '3']) await publish({ input });
    const id = (await publish({ input: '4' })).body.priceCardId;
    const first = await api.call('GET', `/api/v1/price-cards/${id}/versions?limit=3`);
    expect(first.body.items.map(({ version }: Json) => version)).toEqual([4, 3, 2]);
    const cursor: string = first.body.nextCursor;
    const second = await api.call('GET', `/api/v1/price-cards/${id}/versions?limit=3&cursor=${cursor}`);
    expect(second.body).toMatchObject({
      items: [{ version: 1, prices: { input: '1.00' } }],
      nextCursor: null,
    });
  });

  it('show no current version while all of them lie ahead', async () => {
    const { body } = await publish({ perCall: '0.04' }, '2027-01-01T00:00:00Z');
    expect((await api.call('GET', `/api/v1/price-cards/${body.priceCardId}`)).body.current).toBeNull();
  });

  it('leave versions of the last 7 days in the document, and the one before them', async () => {
    await publish({ input: '1' });
    now += 10 * DAY_MS;
    await publish({ input: '2' });
    now += 6 * DAY_MS;
    await publish({ input: '3' });
    expect((await lastDocument()).versions.map(({ version }) => version)).toEqual([1, 2, 3]);
    now += 2 * DAY_MS;
    await publish({ input: '4' });
    expect((await lastDocument()).versions.map(({ version }) => version)).toEqual([2, 3, 4]);
  });

  it('number versions without gaps when many are published at once', async () => {
    const answers = await Promise.all(['1', '2', '3', '4', '5'].map((input) => publish({ input })));
    expect(answers.map(({ body }) => body.version).sort()).toEqual([1, 2, 3, 4, 5]);
    expect((await lastDocument()).versions).toHaveLength(5);
  });

  it('never change: the database refuses it', async () => {
    await publish({ input: '1' });
    for (const statement of [
      "update admin.price_card_versions set prices = '{}'",
      'delete from admin.price_card_versions',
      'delete from admin.audit_log',
    ]) {
      await expect(api.dataSource.query(statement)).rejects.toThrow('never change');
    }
  });

  it('stand in the audit log with the prices before and after', async () => {
    await publish({ input: '1' });
    await publish({ input: '2' });
    const log = await api.call('GET', `/api/v1/audit-log?subjectName=${encodeURIComponent(model)}`);
    expect(log.body.items).toMatchObject([
      {
        action: 'price-card.publish',
        before: { prices: { input: '1.00' } },
        after: { prices: { input: '2.00' } },
      },
      { action: 'price-card.publish', before: null, after: { version: 1 } },
    ]);
  });

  it.each([
    [{}, 'prices: name at least one price'],
    [{ input: 2.5 }, 'prices.input must be a decimal string'],
    [{ input: '-1' }, 'prices.input must be a decimal string'],
    [{ input: '0.0000000001' }, 'prices.input must be a decimal string'],
    [{ inputt: '1' }, 'prices.inputt is not a known field'],
    [{ input: null }, 'prices.input must be a decimal string'],
    ['2.50', 'prices must be an object'],
  ])('refuse the prices %j', async (prices, message) => {
    const answer = await publish(prices as object);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(message);
  });

  it.each([
    [{ model: 'm' }, 'prices should not be null or undefined'],
    [{ model: '', prices: { input: '1' } }, 'model must be longer'],
    [{ model: 'm', prices: { input: '1' }, effectiveFrom: 'soon' }, 'effectiveFrom must be'],
    [{ model: 'm', prices: { input: '1' }, version: 7 }, 'version is not a known field'],
  ])('refuse %j', async (body, message) => {
    const answer = await api.call('POST', '/api/v1/price-cards', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(message);
  });
});
