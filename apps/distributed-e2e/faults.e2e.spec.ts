import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseUsd } from '@tollgate/contracts';
import { chatStreamEvents, chatVendor, eventually, FakeVendor, type VendorRequest } from '@tollgate/testing';
import type OpenAI from 'openai';
import { readBooks, type Books } from './books.js';
import { DistributedGateway } from './distributed-gateway.js';

const KEYS = ['sk-tg-first-key-of-the-fault-test', 'sk-tg-second-key-of-the-fault-test'] as const;
const REQUESTS = 2_000;
const CONCURRENCY = 12;
const OPENING = '100.00';

/** Usage that differs from request to request, so that sums can't agree by accident. */
function answer(request: VendorRequest) {
  const length = request.text.length;
  return chatVendor(['Hello', ' there'], {
    prompt_tokens: 10 + (length % 97),
    completion_tokens: 5 + (length % 31),
    prompt_tokens_details: { cached_tokens: length % 7 },
  })(request);
}

describe('two thousand requests while parts of the gateway are killed', () => {
  let gateway: DistributedGateway;
  let healthy: FakeVendor;
  let failing: FakeVendor;

  beforeAll(async () => {
    healthy = await FakeVendor.start(answer);
    let turn = 0;
    failing = await FakeVendor.start((request) => {
      turn += 1;
      if (turn % 3 === 0) return { kind: 'cut' };
      if (turn % 3 === 1) return { kind: 'answer', status: 500, body: { error: { message: 'boom' } } };
      return request.json?.['stream'] === true
        ? { kind: 'stream', events: chatStreamEvents(['Half'], null).slice(0, 2), ending: 'cut' }
        : { kind: 'answer', body: 'garbage' };
    });
    gateway = await DistributedGateway.start(['admin', 'billing', 'channel-health', 'proxy-1']);
    const channel = { provider: 'openai-compatible', models: ['gpt-4o'], credentials: ['sk-upstream'] };
    await gateway.apply({
      version: 1,
      organizations: [{ name: 'acme', balance: OPENING }],
      channels: [
        { ...channel, name: 'healthy', baseUrl: healthy.baseUrl },
        { ...channel, name: 'failing', baseUrl: failing.baseUrl },
      ],
      prices: [{ model: 'gpt-4o', input: '2.50', cacheRead: '1.25', output: '10.00' }],
      keys: KEYS.map((secret, index) => ({ name: `key-${index}`, organization: 'acme', secret })),
    });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await Promise.all([healthy, failing].map((vendor) => vendor?.stop()));
  }, 60_000);

  it('leave exactly one record for every answer, and books that agree to the nano-dollar', async () => {
    const clients = KEYS.map((key) => gateway.openai('proxy-1', key));
    await eventually(() => ask(clients[0]!, 0).then((id) => id !== undefined), 'the first answer');
    const answered: string[] = [];
    let done = 0;
    let next = 1;
    const worker = async (): Promise<void> => {
      for (let index = next++; index <= REQUESTS; index = next++) {
        const id = await ask(clients[index % 2]!, index);
        if (id !== undefined) answered.push(id);
        // A gateway that is down answers at once: do not spend all requests on it.
        else await new Promise((resolve) => setTimeout(resolve, 20));
        done += 1;
      }
    };
    const reached = (count: number) => eventually(() => done >= count, `${count} requests`, 120_000);
    const faults = async (): Promise<void> => {
      for (const [at, server] of [
        [200, 'nats'],
        [600, 'redis'],
      ] as const) {
        await reached(at);
        await gateway.servers[server].kill();
        await reached(at + 150);
        await gateway.servers[server].restart();
      }
      for (const [at, service] of [
        [1_000, 'billing'],
        [1_400, 'proxy-1'],
      ] as const) {
        await reached(at);
        await gateway.kill(service);
        await reached(at + 20);
        await gateway.restart(service);
      }
    };
    await Promise.all([faults(), ...Array.from({ length: CONCURRENCY }, worker)]);

    // Most were answered: parts that were away did not take the traffic down with them.
    expect(answered.length).toBeGreaterThan(REQUESTS * 0.8);
    expect(new Set(answered).size).toBe(answered.length);
    const books = await settled(answered);
    expect(answered.filter((id) => !books.charges.has(id))).toEqual([]);
    expect(books.recordCount).toBe(books.charges.size);
    const charges = [...books.charges.values()].reduce((sum, charge) => sum + charge, 0n);
    expect(charges).toBeGreaterThan(0n);
    expect(books.charged).toBe(charges);
    expect(books.balance).toBe(parseUsd(OPENING)! - charges);
    expect(books.posted).toBe(books.balance);
    expect(books.total).toBe(0n);

    const { items } = await gateway.call<{ items: { charge: string; requests: number }[] }>(
      'billing',
      'GET',
      '/api/v1/billing/usage?groupBy=key',
    );
    expect(items.reduce((sum, row) => sum + parseUsd(row.charge)!, 0n)).toBe(charges);
    expect(items.reduce((sum, row) => sum + row.requests, 0)).toBe(books.recordCount);
  }, 300_000);

  /** The id of a request that was answered whole; `undefined` when it was not. */
  async function ask(client: OpenAI, index: number): Promise<string | undefined> {
    const messages = [{ role: 'user' as const, content: 'x'.repeat(index % 50) }];
    try {
      if (index % 2 === 0) {
        const { response } = await client.chat.completions
          .create({ model: 'gpt-4o', messages })
          .withResponse();
        return response.headers.get('x-request-id') ?? undefined;
      }
      const { data, response } = await client.chat.completions
        .create({ model: 'gpt-4o', messages, stream: true })
        .withResponse();
      let finished = false;
      for await (const chunk of data) finished ||= chunk.choices[0]?.finish_reason === 'stop';
      return finished ? (response.headers.get('x-request-id') ?? undefined) : undefined;
    } catch {
      // Refused, cut or unreachable: allowed while a part is down, counted by the caller.
      return undefined;
    }
  }

  /** The books once they hold every answer and have stood still. */
  async function settled(answered: readonly string[]): Promise<Books> {
    const { items } = await gateway.call<{ items: { id: string; name: string }[] }>(
      'admin',
      'GET',
      '/api/v1/organizations',
    );
    const organization = items.find(({ name }) => name === 'acme')!;
    let last: Books | undefined;
    return eventually(
      async () => {
        const before = last;
        last = await readBooks(gateway.servers.postgres.url, organization.id);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const complete = answered.every((id) => last?.charges.has(id) === true);
        return complete && before?.recordCount === last.recordCount ? last : undefined;
      },
      'the books to hold every answer',
      90_000,
    );
  }
});
