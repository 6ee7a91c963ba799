import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chatCompletion,
  chatStreamEvents,
  eventually,
  type FakeVendor,
  type FakeDocumentStore,
  type FakeEventLog,
} from '@tollgate/testing';
import { ChatGround, CHARGE, chat, OPENING, USAGE } from '../test-support/chat-ground.js';
import {
  KEYED,
  SECRET,
  settled,
  type ProxyWorld,
  type Answer,
  type MemoryAdmission,
  type MemoryJournal,
  type SendOptions,
} from '../test-support/proxy-world.js';
import { connectionsOf } from '../test-support/raw-client.js';
import type { ProxyService } from './proxy-service.js';

describe('the proxy', () => {
  let world: ProxyWorld;
  let documents: FakeDocumentStore;
  let eventLog: FakeEventLog;
  let journal: MemoryJournal;
  let admission: MemoryAdmission;
  let service: ProxyService;
  let vendor: FakeVendor;

  let ground: ChatGround;

  beforeAll(async () => {
    ground = await ChatGround.start();
    ({ vendor } = ground);
  });
  afterAll(() => ground.stop());
  beforeEach(async () => {
    world = await ground.renew();
    ({ documents, eventLog, journal, admission, service } = world);
  });
  afterEach(() => world.stop());

  const send = (body: unknown, options?: SendOptions): Promise<Answer> => world.send(body, options);

  describe('answers', () => {
    it('a chat request with the bytes of the vendor, and records what it cost', async () => {
      const answer = await send(chat());
      expect(answer.status).toBe(200);
      expect(answer.json.choices[0].message.content).toBe('Hello there');
      expect(vendor.requests[0]).toMatchObject({
        path: '/v1/chat/completions',
        text: JSON.stringify(chat()),
      });
      expect(vendor.requests[0]!.headers['authorization']).toBe('Bearer sk-up-c1');
      expect(journal.starts).toHaveLength(1);
      expect(journal.ends).toEqual([
        expect.objectContaining({
          id: answer.headers['x-request-id'],
          outcome: 'succeeded',
          httpStatus: 200,
          streamed: false,
          charge: CHARGE,
          vendorCost: '120000',
          usageSource: 'vendor',
          priceCard: { id: 'price-gpt-4o', version: 1 },
          organization: { id: 'o1', name: 'acme' },
          channel: { id: 'c1', name: 'channel-c1' },
          attempts: 1,
        }),
      ]);
      expect(admission.available).toBe(OPENING - BigInt(CHARGE));
    });

    it('a stream, with the usage event hidden from a client that did not ask for it', async () => {
      const answer = await send(chat({ stream: true }));
      expect(answer.headers['content-type']).toBe('text/event-stream');
      expect(answer.text).toBe(chatStreamEvents(['Hello', ' there'], null).join(''));
      expect(vendor.requests[0]!.json).toMatchObject({ stream_options: { include_usage: true } });
      expect(journal.ends[0]).toMatchObject({ streamed: true, charge: CHARGE, usageSource: 'vendor' });
    });

    it('a stream, with the usage event for a client that asked', async () => {
      const answer = await send(chat({ stream: true, stream_options: { include_usage: true } }));
      expect(answer.text).toBe(chatStreamEvents(['Hello', ' there'], USAGE).join(''));
    });

    it("a request for a model under the vendor's name of it", async () => {
      await world.putPrice('fast', { input: '1', output: '1' });
      await new Promise((resolve) => setImmediate(resolve));
      await send(chat({ model: 'fast' }));
      expect(vendor.requests[0]!.json).toMatchObject({ model: 'gpt-4o-mini' });
      expect(journal.ends[0]).toMatchObject({ model: 'fast', upstreamModel: 'gpt-4o-mini', charge: '30000' });
    });

    it('embeddings', async () => {
      vendor.respond({ kind: 'answer', body: { data: [], usage: { prompt_tokens: 8, total_tokens: 8 } } });
      const answer = await send({ model: 'gpt-4o', input: 'x' }, { path: '/v1/embeddings' });
      expect(answer.status).toBe(200);
      expect(vendor.requests[0]!.path).toBe('/v1/embeddings');
      expect(journal.ends[0]).toMatchObject({ operation: 'embeddings', charge: '20000' });
    });

    it.each([
      ['authorization', { authorization: `bearer ${SECRET}` }, ''],
      ['x-api-key', { 'x-api-key': SECRET }, ''],
      ['x-goog-api-key', { 'x-goog-api-key': SECRET }, ''],
      ['?key=', {}, `?key=${SECRET}`],
    ])('a key sent as %s', async (_where, headers, query) => {
      const answer = await send(chat(), {
        path: `/v1/chat/completions${query}`,
        headers: headers,
      });
      expect(answer.status).toBe(200);
      expect(vendor.requests[0]!.headers).not.toHaveProperty('x-api-key');
    });

    it('an answer larger than is held whole', async () => {
      const content = 'x'.repeat(3_000_000);
      vendor.respond(chatCompletion(content, USAGE));
      const answer = await send(chat());
      expect(answer.json.choices[0].message.content).toBe(content);
      expect(journal.ends[0]).toMatchObject({ charge: CHARGE });
    });

    it('the list of models that the key may call now', async () => {
      const answer = await send('', { path: '/v1/models', method: 'GET' });
      expect(answer.json).toEqual({
        object: 'list',
        data: [{ id: 'gpt-4o', object: 'model', created: 0, owned_by: 'tollgate' }],
      });
      expect((await send('', { path: '/v1/models/gpt-4o', method: 'GET' })).json.id).toBe('gpt-4o');
      const missing = await send('', { path: '/v1/models/fast', method: 'GET' });
      expect([missing.status, missing.json.error.code]).toEqual([404, 'model_not_found']);
    });
  });

  describe('when the client goes away', () => {
    it('cancels the vendor and charges what was produced', async () => {
      const events = chatStreamEvents(
        Array.from({ length: 200 }, (_, index) => ` word${index}`),
        USAGE,
      );
      vendor.respond({ kind: 'stream', events, intervalMs: 5 });
      let received = 0;
      const answer = await send(chat({ stream: true }), {
        onData: (incoming) => {
          received += 1;
          if (received === 5) incoming.destroy();
        },
      });
      expect(answer.cut).toBe(true);
      await eventually(() => journal.ends.length === 1, 'the record');
      expect(journal.ends[0]).toMatchObject({ outcome: 'client_closed', usageSource: 'partial' });
      const { usage, charge } = journal.ends[0]!;
      expect(usage.output).toBeGreaterThan(0);
      expect(usage.output).toBeLessThan(50);
      expect(admission.available).toBe(OPENING - BigInt(charge));
      await eventually(() => vendor.abortedCount === 1, 'the vendor to see the end');
    });

    /** Sends a request and goes away once it waits for something. */
    async function leaveWhile(waiting: () => boolean): Promise<void> {
      const path = '/v1/chat/completions';
      const outgoing = httpRequest({
        port: world.port,
        host: '127.0.0.1',
        path,
        method: 'POST',
        headers: KEYED,
      });
      outgoing.on('error', () => undefined);
      outgoing.end(JSON.stringify(chat()));
      await eventually(waiting, 'the request to wait');
      outgoing.destroy();
      await eventually(async () => (await connectionsOf(world.server)) === 0, 'the proxy to see the end');
    }

    it('asks no vendor for a client that left while the balance was asked for', async () => {
      let answer: (() => void) | undefined;
      const hold = admission.hold.bind(admission);
      admission.hold = (input) =>
        new Promise((resolve) => {
          answer = () => resolve(hold(input));
        });
      await leaveWhile(() => answer !== undefined);
      answer?.();
      await eventually(() => service.dataPlane.inFlight === 0, 'the end');
      expect(vendor.requests).toHaveLength(0);
      expect(journal.ends).toEqual([
        expect.objectContaining({ outcome: 'client_closed', attempts: 0, charge: '0', usageSource: 'none' }),
      ]);
      expect(admission.available).toBe(OPENING);
    });

    it('forgets a request whose client left while its key was looked up', async () => {
      const identity = documents.bucket('identity');
      const get = identity.get.bind(identity);
      let answer: (() => void) | undefined;
      identity.get = async (key) => {
        await new Promise<void>((resolve) => (answer = resolve));
        identity.get = get;
        return get(key);
      };
      await leaveWhile(() => answer !== undefined);
      answer?.();
      await eventually(() => service.dataPlane.inFlight === 0, 'the end');
      expect(journal.starts).toHaveLength(0);
    });

    it('charges what a client got that stopped reading until the time was up', async () => {
      await world.putSettings({ upstream: { totalTimeoutMs: 2_000 } });
      const event = `data: {"choices":[{"delta":{"content":"${'x'.repeat(50_000)}"}}]}\n\n`;
      vendor.respond({ kind: 'stream', events: Array.from({ length: 400 }, () => event) });
      let reader: IncomingMessage | undefined;
      const answer = send(chat({ stream: true }), { onData: (incoming) => (reader = incoming.pause()) });
      await eventually(() => journal.ends.length === 1, 'the record');
      expect(journal.ends[0]).toMatchObject({ outcome: 'client_closed', usageSource: 'partial' });
      expect(BigInt(journal.ends[0]!.charge)).toBeGreaterThan(0n);
      reader?.destroy();
      expect(await answer).toMatchObject({ cut: true });
    });
  });

  it('holds from the budgets of the key and its organisation, and names their leases in the record', async () => {
    await world.putKey(SECRET, { budgets: [{ id: 'b1', period: 'total' }] });
    await settled();
    expect((await send(chat())).status).toBe(200);
    expect(admission.asked?.budgets).toMatchObject([{ account: 'budget:b1', scope: 'api-key' }]);
    const leases = [{ account: 'budget:b1', leaseId: 'of-budget:b1' }];
    expect(journal.starts[0]).toMatchObject({ budgetLeases: leases });
    expect(journal.ends[0]).toMatchObject({ budgetLeases: leases, charge: CHARGE });
  });

  it('limits an answer to what a short balance covers', async () => {
    admission.available = 4_000_000n;
    await send(chat());
    const limit = vendor.requests[0]!.json!['max_completion_tokens'] as number;
    expect(limit).toBeGreaterThanOrEqual(256);
    expect(BigInt(limit) * 10_000n).toBeLessThanOrEqual(4_000_000n);
    expect(journal.ends[0]).toMatchObject({ charge: CHARGE });
  });

  it('counts what no vendor reported, and marks it', async () => {
    vendor.respond(chatCompletion('Hello there', null));
    await send(chat());
    await eventually(() => journal.ends.length === 1, 'the record');
    expect(journal.ends[0]).toMatchObject({
      outcome: 'succeeded',
      usageSource: 'estimated',
      findings: ['usage_missing'],
      usage: { input: 7, output: 2 },
    });
  });

  it('clamps nonsense that a vendor reports, and says so', async () => {
    vendor.respond(chatCompletion('Hello', { prompt_tokens: 20, completion_tokens: -10 }));
    await send(chat());
    expect(journal.ends[0]).toMatchObject({ charge: '50000', usageSource: 'vendor' });
    expect(journal.ends[0]!.findings).toContainEqual(expect.stringContaining('output'));
  });

  it('serves an unpriced model for nothing where the operator allows it', async () => {
    await world.putSettings({ pricing: { allowUnpriced: true } });
    await send(chat({ model: 'fast' }));
    expect(journal.ends[0]).toMatchObject({ charge: '0', priceCard: null, leaseId: null });
    expect(admission.holds).toHaveLength(0);
  });

  it('reads as slowly as a slow client', async () => {
    const events = Array.from(
      { length: 400 },
      () => `data: {"choices":[{"delta":{"content":"${'x'.repeat(50_000)}"}}]}\n\n`,
    );
    vendor.respond({ kind: 'stream', events: [...events, 'data: [DONE]\n\n'] });
    let stalled = false;
    let bytes = 0;
    const before = process.memoryUsage().rss;
    const answer = await send(chat({ stream: true }), {
      onData: (incoming) => {
        bytes += 1;
        if (stalled) return;
        stalled = true;
        incoming.pause();
        setTimeout(() => incoming.resume(), 200);
      },
    });
    expect(bytes).toBeGreaterThan(1);
    expect(answer.text.length).toBe(events.join('').length + 'data: [DONE]\n\n'.length);
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });

  it('tells channel-health what it saw of its channels, once', async () => {
    await send(chat());
    await service.stop(1_000);
    const { message } = eventLog.published.find(({ topic }) => topic === 'channel-observations')!;
    expect(message.body).toMatchObject({
      type: 'channel.observed',
      observations: [{ channelId: 'c1', succeeded: 1, failed: {} }],
    });
  });

  it('lets a request under way end when it is asked to stop, and takes no new one', async () => {
    vendor.respond({ kind: 'stream', events: chatStreamEvents(['Hello'], USAGE), intervalMs: 30 });
    const underWay = send(chat({ stream: true }));
    await eventually(() => vendor.requests.length === 1, 'the request to reach the vendor');
    const stopped = service.stop(5_000);
    expect((await send(chat())).json.error.code).toBe('shutting_down');
    expect((await underWay).text).toContain('[DONE]');
    await stopped;
    expect(journal.openCount).toBe(0);
  });
});
