import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseUsd } from '@tollgate/contracts';
import { eventually, FakeVendor } from '@tollgate/testing';
import { readBooks } from './books.js';
import { DistributedGateway } from './distributed-gateway.js';
import { ANSWER, CHARGE, soldBy } from './one-vendor.js';

const KEY = 'sk-tg-key-of-the-admission-test';

describe('two proxies on one account', () => {
  let gateway: DistributedGateway;
  let vendor: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start(ANSWER);
    gateway = await DistributedGateway.start(['admin', 'billing', 'proxy-1', 'proxy-2']);
    await gateway.apply({
      ...soldBy(vendor),
      organizations: [{ name: 'small', balance: '0.01' }],
      keys: [{ name: 'key', organization: 'small', secret: KEY }],
    });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await vendor?.stop();
  }, 60_000);

  it('never spend more than the balance of one cent with 200 requests at once, and spend most of it', async () => {
    const clients = [gateway.openai('proxy-1', KEY), gateway.openai('proxy-2', KEY)];
    for (const client of clients) {
      await eventually(
        () =>
          client.models.list().then(
            ({ data }) => data.length === 1,
            () => undefined,
          ),
        'the model',
      );
    }
    const ask = (index: number) =>
      clients[index % 2]!.chat.completions.create({
        model: 'gpt-4o',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Hi' }],
      }).then(
        () => 200,
        (error: { status?: number }) => error.status ?? 0,
      );
    // The account reaches admission a moment after the organisation is made: until then, 503.
    await eventually(() => ask(0).then((status) => status === 200), 'the account to be known');
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index)));
    const served = 1 + statuses.filter((status) => status === 200).length;
    expect(new Set(statuses)).toEqual(new Set([200, 402]));
    expect(BigInt(served) * CHARGE).toBeLessThanOrEqual(parseUsd('0.01')!);
    expect(served).toBeGreaterThan(1);
    // Afterwards the rest can be spent one by one, down to less than one request.
    let more = 0;
    await eventually(
      async () => {
        if ((await ask(more)) === 200) more += 1;
        return BigInt(served + more + 1) * CHARGE > parseUsd('0.01')!;
      },
      'the rest to be spent',
      30_000,
    );
    const { items } = await gateway.call<{ items: { id: string }[] }>(
      'admin',
      'GET',
      '/api/v1/organizations',
    );
    const books = await eventually(async () => {
      const read = await readBooks(gateway.servers.postgres.url, items[0]!.id);
      return read.recordCount === served + more ? read : undefined;
    }, 'every record');
    expect(books.charged).toBe(BigInt(served + more) * CHARGE);
    expect(books.balance).toBe(parseUsd('0.01')! - books.charged);
    expect(books.balance).toBeGreaterThanOrEqual(0n);
  }, 120_000);

  it('follow a revoked key and a changed price within a second', async () => {
    await gateway.apply({
      version: 1,
      organizations: [{ name: 'large', balance: '100.00' }],
      keys: [{ name: 'revoked-soon', organization: 'large', secret: `${KEY}-2` }],
    });
    const clients = (['proxy-1', 'proxy-2'] as const).map((proxy) => gateway.openai(proxy, `${KEY}-2`));
    const ask = (index: number) =>
      clients[index]!.chat.completions.create({
        model: 'gpt-4o',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Hi' }],
      }).withResponse();
    const charge = async (index: number): Promise<string> => {
      const { response } = await ask(index);
      const id = response.headers.get('x-request-id') ?? '';
      const record = await eventually(
        () =>
          gateway
            .call<{ charge: string }>('billing', 'GET', `/api/v1/billing/requests/${id}`)
            .catch(() => undefined),
        'the record',
      );
      return record.charge;
    };
    await eventually(
      () =>
        ask(0).then(
          () => true,
          () => undefined,
        ),
      'the key to work',
    );
    await ask(1);

    await gateway.apply({ version: 1, prices: [{ model: 'gpt-4o', input: '0', output: '1.00' }] });
    const changedAt = performance.now();
    const charges = await untilBoth((index) => charge(index).then((amount) => amount === '0.00005'));

    const { items } = await gateway.call<{ items: { id: string; name: string }[] }>(
      'admin',
      'GET',
      '/api/v1/api-keys',
    );
    const key = items.find(({ name }) => name === 'revoked-soon')!;
    await gateway.call('admin', 'POST', `/api/v1/api-keys/${key.id}/revoke`);
    const revokedAt = performance.now();
    const refused = await untilBoth((index) =>
      ask(index).then(
        () => false,
        (error: { code?: string }) => error.code === 'api_key_revoked',
      ),
    );
    process.stdout.write(
      `price change live on both proxies after ${Math.round(charges - changedAt)} ms (record included), ` +
        `revocation after ${Math.round(refused - revokedAt)} ms\n`,
    );
  }, 60_000);

  /** When both proxies first said yes. */
  async function untilBoth(look: (index: number) => Promise<boolean>): Promise<number> {
    await Promise.all([0, 1].map((index) => eventually(() => look(index), `proxy ${index}`)));
    return performance.now();
  }
});
