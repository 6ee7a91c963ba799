import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, FakeVendor } from '@tollgate/testing';
import { readBooks } from './books.js';
import { DistributedGateway } from './distributed-gateway.js';
import { ANSWER, CHARGE, isAnswered, soldBy } from './one-vendor.js';

const KEY = 'sk-tg-key-of-the-probe-test';

interface Page<Item> {
  readonly items: readonly Item[];
}
interface Channel {
  readonly channelId: string;
  readonly state: string;
  readonly reason: string;
}
interface Probe {
  readonly trigger: string;
  readonly failure: string | null;
}

describe('a channel that rests', () => {
  let gateway: DistributedGateway;
  let vendor: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start(ANSWER);
    gateway = await DistributedGateway.start(['admin', 'billing', 'channel-health', 'proxy-1']);
    await gateway.apply({
      ...soldBy(vendor),
      organizations: [{ name: 'acme', balance: '100.00' }],
      keys: [{ name: 'ci', organization: 'acme', secret: KEY }],
      settings: { health: { probes: { enabled: true, intervalSeconds: 10 } } },
    });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await vendor?.stop();
  }, 60_000);

  const ask = (): Promise<boolean> => isAnswered(gateway.openai('proxy-1', KEY));
  const get = <Answer>(path: string) =>
    gateway.call<Answer>('channel-health', 'GET', `/api/v1/channel-health${path}`);
  const inState = async (state: string): Promise<Channel | undefined> =>
    (await get<Page<Channel>>('/channels')).items.find((channel) => channel.state === state);

  it('is tried by a proxy that channel-health asks over NATS, comes back without a client, and costs no tenant', async () => {
    let served = 0;
    // Model and account reach the proxy a moment after they are made.
    await eventually(ask, 'the first answer');
    served += 1;

    // When the vendor does not know the key, then the channel rests. What succeeded in the same second speaks for it.
    const body = { error: { message: 'Incorrect API key', code: 'invalid_api_key' } };
    vendor.respond({ kind: 'answer', status: 401, body });
    await eventually(async () => !(await ask()) && (await inState('open')), 'the channel to be open');

    // When it knows it again, then probes bring the channel back; no client asks meanwhile.
    vendor.respond(ANSWER);
    const askedBefore = vendor.requests.length;
    const { channelId, reason } = await eventually(
      () => inState('healthy'),
      'the channel to be well',
      40_000,
    );
    expect(reason).toBe('The trial succeeded 3 times.');
    const probes = await get<Page<Probe>>(`/channels/${channelId}/probes`);
    expect(probes.items).toMatchObject(Array(3).fill({ trigger: 'scheduled', failure: null }));
    expect(vendor.requests.length - askedBefore).toBe(3);

    // Then the proxy serves from it, and the tenant has paid for its own requests alone.
    await eventually(ask, 'an answer again');
    served += 1;
    const { items } = await gateway.call<Page<{ id: string }>>('admin', 'GET', '/api/v1/organizations');
    const books = await eventually(async () => {
      const read = await readBooks(gateway.servers.postgres.url, items[0]!.id);
      return read.charged >= BigInt(served) * CHARGE ? read : undefined;
    }, 'the last charge');
    expect(books.charged).toBe(BigInt(served) * CHARGE);
    expect([...books.charges.values()].filter((charge) => charge !== 0n)).toHaveLength(served);
    expect(books.total).toBe(0n);
  }, 120_000);
});
