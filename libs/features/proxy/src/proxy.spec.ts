import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelStatusKey, modelDocumentKey, organizationDocumentKey } from '@tollgate/contracts';
import {
  chatCompletion,
  chatStreamEvents,
  chatVendor,
  eventually,
  FakeVendor,
  type FakeDocumentStore,
  type FakeEventLog,
} from '@tollgate/testing';
import {
  KEYED,
  ProxyWorld,
  SECRET,
  settled,
  type Answer,
  type MemoryAdmission,
  type MemoryJournal,
  type SendOptions,
} from '../test-support/proxy-world.js';
import type { ProxyService } from './proxy-service.js';

const USAGE = { prompt_tokens: 20, completion_tokens: 10 };
/** 20 × 2.50 + 10 × 10.00 USD per 1M tokens. */
const CHARGE = '150000';

describe('the proxy', () => {
  let world: ProxyWorld;
  let documents: FakeDocumentStore;
  let eventLog: FakeEventLog;
  let journal: MemoryJournal;
  let admission: MemoryAdmission;
  let service: ProxyService;
  let server: Server;
  let vendor: FakeVendor;
  let second: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start({ kind: 'silent' });
    second = await FakeVendor.start({ kind: 'silent' });
  });
  afterAll(() => Promise.all([vendor.stop(), second.stop()]));

  beforeEach(async () => {
    for (const fake of [vendor, second]) {
      fake.respond(chatVendor(['Hello', ' there'], USAGE));
      fake.requests.length = 0;
      fake.abortedCount = 0;
    }
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', vendor, { priority: 10 });
      await made.putPrice('gpt-4o', { input: '2.50', cacheRead: '1.25', output: '10.00' });
    });
    ({ documents, eventLog, journal, admission, service, server } = world);
  });
  afterEach(() => world.stop());

  const send = (body: unknown, options?: SendOptions): Promise<Answer> => world.send(body, options);
  const putStatus = async (state: string, retryAt: number) => {
    const status = { channelId: 'c1', state, reason: 'tests', since: 0, retryAt };
    await documents.bucket('health').put(channelStatusKey('c1'), status);
    await settled();
  };
  const chat = (more: object = {}) => ({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Hi' }],
    ...more,
  });
  const opening = () => 1_000_000_000_000n;

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
      expect(admission.available).toBe(opening() - BigInt(CHARGE));
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

  describe('refuses, at nobody’s cost', () => {
    const refusal = async (answer: Promise<Answer>) => {
      const { status, json } = await answer;
      expect(journal.starts).toHaveLength(0);
      expect(vendor.requests).toHaveLength(0);
      expect(admission.available).toBe(opening());
      return [status, json.error.code];
    };
    const keyed = (secret: string) => send(chat(), { headers: { authorization: `Bearer ${secret}` } });

    it('a missing key', async () => {
      expect(await refusal(send(chat(), { headers: {} }))).toEqual([401, 'missing_api_key']);
    });
    it('a wrong key', async () => {
      expect(await refusal(keyed('sk-tg-wrong'))).toEqual([401, 'invalid_api_key']);
    });
    it('an expired key', async () => {
      await world.putKey('sk-old', { expiresAt: 1_000 });
      expect(await refusal(keyed('sk-old'))).toEqual([401, 'api_key_expired']);
    });
    it('a key as soon as it is revoked', async () => {
      expect((await send('', { path: '/v1/models', method: 'GET' })).status).toBe(200);
      await world.putKey(SECRET, { status: 'revoked' });
      expect(await refusal(send(chat()))).toEqual([401, 'api_key_revoked']);
    });
    it('an unknown key with 503, not 401, while keys can’t be looked up', async () => {
      documents.away = true;
      expect(await refusal(keyed('sk-unknown'))).toEqual([503, 'keys_unavailable']);
    });
    it('a suspended organisation', async () => {
      await documents.bucket('identity').put(organizationDocumentKey('o1'), {
        id: 'o1',
        name: 'acme',
        status: 'suspended',
        group: 'default',
      });
      expect(await refusal(send(chat()))).toEqual([403, 'organization_suspended']);
    });
    it('a model outside the key’s list', async () => {
      await world.putKey(SECRET, { models: ['other'] });
      expect(await refusal(send(chat()))).toEqual([403, 'model_not_allowed']);
    });
    it('an unknown model', async () => {
      expect(await refusal(send(chat({ model: 'nothing' })))).toEqual([404, 'model_not_found']);
    });
    it('a model that is switched off', async () => {
      await documents.bucket('config').put(modelDocumentKey('gpt-4o'), {
        name: 'gpt-4o',
        displayName: null,
        description: null,
        ownedBy: null,
        contextTokensMax: null,
        outputTokensMax: null,
        enabled: false,
        createdAt: 0,
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(await refusal(send(chat()))).toEqual([404, 'model_not_found']);
    });
    it('an unpriced model', async () => {
      expect(await refusal(send(chat({ model: 'fast' })))).toEqual([400, 'model_not_priced']);
    });
    it('an exhausted balance', async () => {
      admission.available = 10n;
      const { status, json } = await send(chat());
      expect([status, json.error.code]).toEqual([402, 'insufficient_balance']);
      expect(admission.available).toBe(10n);
      expect(journal.starts).toHaveLength(0);
    });
    it.each(['{"model":"gpt-4o",', 'nonsense', '', '[]'])('malformed JSON: %s', async (body) => {
      expect(await refusal(send(body))).toEqual([400, 'invalid_json']);
    });
    it('an oversize body, announced or not', async () => {
      const body = JSON.stringify(chat({ user: 'x'.repeat(200_000) }));
      expect(await refusal(send(body))).toEqual([413, 'request_too_large']);
      expect(
        await refusal(
          send(body, { headers: { authorization: `Bearer ${SECRET}`, 'transfer-encoding': 'chunked' } }),
        ),
      ).toEqual([413, 'request_too_large']);
    });
    it('unknown paths and wrong methods', async () => {
      expect(await refusal(send(chat(), { path: '/v1/nothing' }))).toEqual([404, 'unknown_path']);
      expect(await refusal(send('', { method: 'DELETE' }))).toEqual([400, 'method_not_allowed']);
    });
    it('new work when the journal is full', async () => {
      journal.full = true;
      expect(await refusal(send(chat()))).toEqual([503, 'overloaded']);
    });
  });

  describe('when a vendor fails before its answer has begun', () => {
    beforeEach(() =>
      world.putChannel('c2', second).then(() => new Promise((resolve) => setImmediate(resolve))),
    );

    it.each<[string, Parameters<FakeVendor['respond']>[0]]>([
      ['500', { kind: 'answer', status: 500, body: { error: { message: 'boom' } } }],
      ['429', { kind: 'answer', status: 429, body: { error: { message: 'slow down' } } }],
      ['401', { kind: 'answer', status: 401, body: { error: { message: 'bad key sk-up' } } }],
      ['404', { kind: 'answer', status: 404, body: { error: { message: 'no such model' } } }],
      ['a cut connection', { kind: 'cut' }],
      ['garbage', { kind: 'answer', body: '<html>sorry</html>' }],
      ['an error with status 200', { kind: 'answer', body: { error: { message: 'boom' } } }],
    ])('tries the next channel after %s', async (_what, behaviour) => {
      vendor.respond(behaviour);
      const answer = await send(chat());
      expect(answer.status).toBe(200);
      expect(journal.ends).toEqual([
        expect.objectContaining({ channel: { id: 'c2', name: 'channel-c2' }, attempts: 2, charge: CHARGE }),
      ]);
    });

    it('tries the next channel when a stream breaks off before its first event', async () => {
      vendor.respond({ kind: 'stream', events: [], ending: 'cut' });
      const answer = await send(chat({ stream: true }));
      expect(answer.text).toContain('Hello');
      expect(journal.ends).toHaveLength(1);
    });

    it('tries the next channel when a stream begins with an error', async () => {
      vendor.respond({ kind: 'stream', events: ['data: {"error":{"message":"overloaded"}}\n\n'] });
      const answer = await send(chat({ stream: true }));
      expect(answer.text).toContain('Hello');
    });

    it('tries the next channel when a vendor does not begin in time', async () => {
      await world.putSettings({ upstream: { firstByteTimeoutMs: 50 } });
      vendor.respond({ kind: 'silent' });
      expect((await send(chat())).status).toBe(200);
    });

    it('tries the next channel when an error does not end, without waiting for it', async () => {
      const body = 'x'.repeat(200_000);
      vendor.respond({ kind: 'answer', status: 500, body, headers: { 'content-length': '100000000' } });
      const startedAt = performance.now();
      expect((await send(chat())).status).toBe(200);
      expect(second.requests).toHaveLength(1);
      // The vendor closes its connection after 5 s.
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    });

    it('does not try on when the request itself is at fault, and passes the vendor’s words', async () => {
      const body = { error: { message: 'messages: too short', type: 'invalid_request_error', code: 'x' } };
      vendor.respond({ kind: 'answer', status: 400, body });
      const answer = await send(chat());
      expect([answer.status, answer.json]).toEqual([400, body]);
      expect(second.requests).toHaveLength(0);
      expect(journal.ends[0]).toMatchObject({ outcome: 'failed', charge: '0', usageSource: 'none' });
    });

    it('stops at the limit of attempts', async () => {
      await world.putSettings({ routing: { attemptsMax: 1 } });
      vendor.respond({ kind: 'cut' });
      const answer = await send(chat());
      expect([answer.status, answer.json.error.code]).toEqual([502, 'upstream_unreachable']);
      expect(second.requests).toHaveLength(0);
    });

    it('tells the last failure when every channel failed, and charges nothing', async () => {
      vendor.respond({ kind: 'cut' });
      second.respond({ kind: 'answer', status: 429, body: {}, headers: { 'retry-after': '7' } });
      const answer = await send(chat());
      expect([answer.status, answer.json.error.code, answer.headers['retry-after']]).toEqual([
        429,
        'upstream_rate_limited',
        '7',
      ]);
      expect(journal.ends).toEqual([
        expect.objectContaining({ outcome: 'failed', charge: '0', attempts: 2 }),
      ]);
      expect(admission.available).toBe(opening());
    });

    it('never repeats the vendor’s words about a credential', async () => {
      for (const fake of [vendor, second])
        fake.respond({ kind: 'answer', status: 401, body: { error: { message: 'bad key sk-up-c1' } } });
      const answer = await send(chat());
      expect(answer.json.error.code).toBe('upstream_unauthorized');
      expect(answer.text).not.toContain('sk-up');
    });

    it('leaves an open channel alone until its trial is long due, or health is switched off', async () => {
      await putStatus('open', Date.now() + 60_000);
      await send(chat());
      expect([vendor.requests.length, second.requests.length]).toEqual([0, 1]);
      await putStatus('open', Date.now() - 60_000);
      await send(chat());
      expect(vendor.requests).toHaveLength(1);
      await putStatus('open', Date.now() + 60_000);
      await world.putSettings({ health: { enabled: false } });
      await send(chat());
      expect(vendor.requests).toHaveLength(2);
    });
  });

  describe('when a vendor fails in the middle of a stream', () => {
    const words = chatStreamEvents(['Hello', ' there'], null).slice(0, 3);

    it('ends the stream with an error event, and charges what reached the client', async () => {
      vendor.respond({ kind: 'stream', events: words, intervalMs: 5, ending: 'cut' });
      const answer = await send(chat({ stream: true }));
      const events = answer.text.split('\n\n').filter((event) => event !== '');
      expect(events.slice(0, 3).join('\n\n') + '\n\n').toBe(words.join(''));
      expect(JSON.parse(events.at(-1)!.slice(6)).error.code).toBe('upstream_cut');
      await eventually(() => journal.ends.length === 1, 'the record');
      expect(journal.ends).toEqual([
        expect.objectContaining({ outcome: 'upstream_cut', charge: '47500', usageSource: 'partial' }),
      ]);
      expect(admission.available).toBe(opening() - 47_500n);
    });

    it('tells a vendor that falls silent', async () => {
      await world.putSettings({ upstream: { idleTimeoutMs: 50 } });
      vendor.respond({ kind: 'stream', events: words, ending: 'silent' });
      const answer = await send(chat({ stream: true }));
      expect(answer.text).toContain('upstream_timeout');
      await eventually(() => journal.ends.length === 1, 'the record');
      expect(journal.ends[0]).toMatchObject({ outcome: 'timed_out', usageSource: 'partial' });
    });

    it('takes a stream that said it was complete for complete, however its connection ended', async () => {
      vendor.respond({ kind: 'stream', events: chatStreamEvents(['Hello'], USAGE), ending: 'cut' });
      const answer = await send(chat({ stream: true, stream_options: { include_usage: true } }));
      expect(answer.text).not.toContain('upstream_cut');
      expect(journal.ends[0]).toMatchObject({ outcome: 'succeeded', charge: CHARGE });
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
      expect(admission.available).toBe(opening() - BigInt(charge));
      await eventually(() => vendor.abortedCount === 1, 'the vendor to see the end');
    });

    /** Sends a request and goes away once it waits for something. */
    async function leaveWhile(waiting: () => boolean): Promise<void> {
      const connected = once(server, 'connection') as Promise<[Socket]>;
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
      const [socket] = await connected;
      await eventually(waiting, 'the request to wait');
      outgoing.destroy();
      await eventually(() => socket.destroyed, 'the proxy to see the end');
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
      expect(admission.available).toBe(opening());
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
