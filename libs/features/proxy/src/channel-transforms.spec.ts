import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { storedResponseKey } from '@tollgate/contracts';
import { proxyAssociation, sealSecret } from '@tollgate/security';
import { chatStreamEvents, chatVendor, eventually, type FakeVendor } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { chat, MESSAGES, messages, MODELS } from '../test-support/model-m.js';
import { KEYED, ProxyWorld } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

describe("a channel's rules", () => {
  let world: ProxyWorld;
  let vendors: VendorPair;
  let vendor: FakeVendor;
  let second: FakeVendor;

  beforeAll(async () => {
    vendors = await VendorPair.start();
    ({ first: vendor, second } = vendors);
  });
  afterAll(() => vendors.stop());

  beforeEach(async () => {
    vendors.renew(chatVendor(['Hello', ' there'], USAGE));
    world = await ProxyWorld.start((made) => made.putPrice('m', { input: '2.50', output: '10.00' }));
  });
  afterEach(() => world.stop());

  const channel = (more: object) =>
    world.putChannel('c1', vendor, { models: MODELS, dialect: 'openai-chat', priority: 10, ...more });
  const fallback = () => world.putChannel('c2', second, { models: MODELS, dialect: 'openai-chat' });

  describe('overrides', () => {
    const overrides = [
      { mode: 'set', path: 'temperature', value: 0 },
      { mode: 'set-header', path: 'x-team', value: 'red' },
      { mode: 'pass-headers', value: ['x-trace'] },
      {
        mode: 'append',
        path: 'messages.-1.content',
        value: ' (retry)',
        conditions: [{ path: '@retries', mode: 'gt', value: 0 }],
      },
    ];

    it('change a body that passes, its usage is read as ever', async () => {
      await channel({ overrides });
      const answer = await world.send(chat({ temperature: 1, unknown: [1.5] }), {
        headers: { ...KEYED, 'x-trace': 't-1' },
      });
      expect(answer.json.choices[0].message.content).toBe('Hello there');
      expect(vendor.requests[0]!.json).toEqual({
        model: 'vendor-m',
        messages: [{ role: 'user', content: 'Hi' }],
        temperature: 0,
        unknown: [1.5],
      });
      expect(vendor.requests[0]!.headers).toMatchObject({
        'x-team': 'red',
        'x-trace': 't-1',
        authorization: 'Bearer sk-up-c1',
      });
      expect(world.journal.ends[0]).toMatchObject({ usageSource: 'vendor', charge: '150000' });
    });

    it('change a stream that passes, whose usage stays hidden', async () => {
      await channel({ overrides });
      const answer = await world.send(chat({ stream: true }));
      expect(answer.text).toBe(chatStreamEvents(['Hello', ' there'], null).join(''));
      expect(vendor.requests[0]!.json).toMatchObject({
        temperature: 0,
        stream: true,
        stream_options: { include_usage: true },
      });
    });

    it.each([false, true])('change what was translated (stream: %s)', async (stream) => {
      await channel({ overrides });
      const answer = await world.send(messages({ temperature: 1, stream }), MESSAGES);
      expect(answer.status).toBe(200);
      expect(answer.text).toContain(stream ? '"text":" there"' : '"text":"Hello there"');
      expect(vendor.requests[0]!.json).toMatchObject({
        model: 'vendor-m',
        temperature: 0,
        messages: [{ role: 'user', content: 'Hi' }],
      });
      expect(world.journal.ends[0]).toMatchObject({ charge: '150000' });
    });

    it('are applied to each attempt anew, and know how many there were', async () => {
      await world.putChannel('c0', second, { models: MODELS, dialect: 'openai-chat', priority: 20 });
      second.respond({ kind: 'answer', status: 500, body: {} });
      await channel({ overrides });
      await world.send(chat());
      expect(second.requests[0]!.json).toEqual({ ...chat(), model: 'vendor-m' });
      expect(vendor.requests[0]!.json).toMatchObject({ messages: [{ content: 'Hi (retry)' }] });
    });

    it('refuse a request in the dialect of its client, and no vendor is asked', async () => {
      const value = { status: 403, message: 'Not with this model.', retry: false };
      await channel({ overrides: [{ mode: 'return-error', value }] });
      await fallback();
      const answer = await world.send(messages(), MESSAGES);
      expect(answer.status).toBe(403);
      expect(answer.json).toMatchObject({
        type: 'error',
        error: { type: 'permission_error', message: 'Not with this model.', code: 'refused_by_rule' },
      });
      expect([...vendor.requests, ...second.requests]).toEqual([]);
      expect(world.journal.ends[0]).toMatchObject({
        outcome: 'failed',
        errorCode: 'refused_by_rule',
        attempts: 0,
      });
    });

    it('hand a request on to the next channel', async () => {
      const value = { status: 503, message: 'Not here.' };
      await channel({ overrides: [{ mode: 'return-error', value }] });
      await fallback();
      expect((await world.send(chat())).status).toBe(200);
      expect([vendor.requests.length, second.requests.length]).toEqual([0, 1]);
    });

    it('that can not be compiled leave their channel out', async () => {
      await channel({ overrides: [{ mode: 'regex-replace', path: 'a', from: '(' }] });
      await fallback();
      expect((await world.send(chat())).status).toBe(200);
      expect([vendor.requests.length, second.requests.length]).toEqual([0, 1]);
    });
  });

  describe('members that change price or privacy', () => {
    const guarded = { service_tier: 'priority', safety_identifier: 'user-1' };

    it('are left out of what passes unless the channel allows them, and that is said', async () => {
      await channel({ allow: ['safety_identifier'] });
      const answer = await world.send(chat(guarded));
      expect(vendor.requests[0]!.json).toEqual({ ...chat(), model: 'vendor-m', safety_identifier: 'user-1' });
      expect(answer.headers['x-tollgate-warnings']).toBe('dropped:serviceTier');
      expect(world.journal.ends[0]).toMatchObject({ warnings: ['dropped:serviceTier'] });
    });

    it('are left out of what was translated', async () => {
      await channel({ dialect: 'openai-responses' });
      vendor.respond({ kind: 'answer', status: 400, body: { error: { message: 'no' } } });
      await world.send(chat(guarded));
      expect(vendor.requests[0]!.json).not.toHaveProperty('service_tier');
      await channel({ dialect: 'openai-responses', allow: ['service_tier'] });
      await world.send(chat(guarded));
      expect(vendor.requests[1]!.json).toMatchObject({ service_tier: 'priority' });
    });

    it('cost nothing where there are none: the bytes pass', async () => {
      await channel({ models: [{ name: 'm', upstream: 'm', cost: null }] });
      const text = JSON.stringify(chat()).replace('{', '{ ');
      await world.send(text);
      expect(vendor.requests[0]!.text).toBe(text);
    });
  });

  it('headers are set and removed, with the credential of the request', async () => {
    await channel({
      headers: { set: { 'X-Team': 'red', 'api-key': '{credential}' }, remove: ['authorization'] },
    });
    await world.send(chat());
    expect(vendor.requests[0]!.headers).toMatchObject({ 'x-team': 'red', 'api-key': 'sk-up-c1' });
    expect(vendor.requests[0]!.headers).not.toHaveProperty('authorization');
  });

  it('headers, and the way to the vendor, are those of the channel for stored answers, too', async () => {
    await channel({ dialect: null, headers: { set: { 'x-team': 'red' } } });
    const note = { id: 'resp_1', channelId: 'c1', credential: 0, organizationId: 'o1', model: 'm' };
    await world.documents.bucket('responses').put(storedResponseKey('resp_1') ?? '', note);
    const read = { method: 'GET', path: '/v1/responses/resp_1' };
    vendor.respond({ kind: 'answer', body: { id: 'resp_1' } });
    expect((await world.send('', read)).status).toBe(200);
    expect(vendor.requests[0]!.headers).toMatchObject({ 'x-team': 'red' });
    // Nobody listens there: an answer could only have come past the proxy.
    await channel({ dialect: null, proxy: { url: 'http://127.0.0.1:1', credentials: null } });
    expect((await world.send('', read)).json.error.code).toBe('upstream_unreachable');
    expect(vendor.requests).toHaveLength(1);
  });

  it.each([
    ['passes', () => world.send(chat())],
    ['is translated', () => world.send(messages(), MESSAGES)],
  ])('a system prompt is put where the dialect of the vendor has it, in what %s', async (_how, send) => {
    await channel({ systemPrompt: { text: 'Be brief.', mode: 'prepend' } });
    expect((await send()).status).toBe(200);
    expect(vendor.requests[0]!.json).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    });
  });

  it('a status is taken for another before it is decided what it means', async () => {
    await channel({ statusMap: { 400: 503, 500: 400 } });
    await fallback();
    vendor.respond({ kind: 'answer', status: 400, body: { error: { message: 'quota', code: 'x' } } });
    expect((await world.send(chat())).status).toBe(200);
    expect([vendor.requests.length, second.requests.length]).toEqual([1, 1]);
    vendor.respond({ kind: 'answer', status: 500, body: { error: { message: 'your fault', code: 'x' } } });
    const answer = await world.send(chat());
    expect([answer.status, second.requests.length]).toEqual([400, 1]);
  });

  it('a body that passes through is changed in nothing but the model', async () => {
    await channel({ passThroughBody: true, models: [{ name: 'm', upstream: 'v', cost: null }] });
    const answer = await world.send('{"model":"m", "stream":true,"max_tokens":5,"messages":[]}');
    expect(answer.status).toBe(200);
    expect(vendor.requests[0]!.text).toBe('{"model":"v", "stream":true,"max_tokens":5,"messages":[]}');
  });

  it('is given the time that the channel has, instead of the time that all have', async () => {
    await channel({ timeouts: { firstByteTimeoutMs: 300 } });
    await fallback();
    vendor.respond({ kind: 'silent' });
    expect((await world.send(chat())).status).toBe(200);
    expect([vendor.requests.length, second.requests.length]).toEqual([1, 1]);
  });

  describe("an account's limits", () => {
    /** The answer to the second one, while the vendor is silent about the first. */
    const twoAtOnce = async () => {
      vendor.respond({ kind: 'silent' });
      void world.send(chat()).catch(() => undefined);
      await eventually(() => vendor.requests.length === 1, 'the first request at the vendor');
      return world.send(chat());
    };

    it('pass a channel over that has as much under way as it may', async () => {
      await channel({ inFlightMax: 1 });
      await fallback();
      const other = await twoAtOnce();
      expect([other.status, vendor.requests.length, second.requests.length]).toEqual([200, 1, 1]);
    });

    it('go on being counted when the channel changes', async () => {
      await channel({ inFlightMax: 1 });
      await fallback();
      vendor.respond({ kind: 'silent' });
      void world.send(chat()).catch(() => undefined);
      await eventually(() => vendor.requests.length === 1, 'the first request at the vendor');
      await channel({ inFlightMax: 1, overrides: { temperature: 0 } });
      await world.send(chat());
      expect([vendor.requests.length, second.requests.length]).toEqual([1, 1]);
    });

    it('leave nothing behind: the channel is asked again once there is room', async () => {
      await channel({ inFlightMax: 1 });
      await fallback();
      await world.send(chat());
      vendor.respond({ kind: 'answer', status: 400, body: { error: { message: 'no' } } });
      await world.send(chat());
      vendor.respond(chatVendor(['Hello'], USAGE));
      await world.send(chat());
      expect([vendor.requests.length, second.requests.length]).toEqual([3, 0]);
    });

    it('are requests of the last minute', async () => {
      await channel({ requestsPerMinuteMax: 2 });
      await fallback();
      for (let number = 0; number < 3; number += 1) await world.send(chat());
      expect([vendor.requests.length, second.requests.length]).toEqual([2, 1]);
    });

    it('are tokens of the last minute, input and output', async () => {
      await channel({ tokensPerMinuteMax: 31 });
      await fallback();
      for (let number = 0; number < 3; number += 1) await world.send(chat());
      expect([vendor.requests.length, second.requests.length]).toEqual([2, 1]);
    });

    it('are an answer of 503 where no other channel is left', async () => {
      await channel({ requestsPerMinuteMax: 1 });
      await world.send(chat());
      const answer = await world.send(chat());
      expect([answer.status, answer.json.error.code]).toEqual([503, 'no_channel_available']);
      expect(vendor.requests).toHaveLength(1);
    });
  });

  it('the next channel is tried where the proxy of one can not be reached', async () => {
    // Nobody listens there.
    await channel({ proxy: { url: 'http://127.0.0.1:1', credentials: null } });
    await fallback();
    expect((await world.send(chat())).status).toBe(200);
    expect([vendor.requests.length, second.requests.length]).toEqual([0, 1]);
  });

  it('the vendor is reached through the proxy of the channel, with its sealed user name and password', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, client: Socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
      const target = connect(Number(new URL(vendor.baseUrl).port), '127.0.0.1');
      for (const socket of [client, target]) socket.on('error', () => undefined);
      client.on('close', () => target.destroy());
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const credentials = sealSecret(world.keyring.current, '["ann","pw"]', proxyAssociation('c1', url));
    await channel({ proxy: { url, credentials } });
    expect((await world.send(chat())).status).toBe(200);
    const target = new URL(vendor.baseUrl).host;
    expect(asked).toEqual([`${target} Basic ${Buffer.from('ann:pw').toString('base64')}`]);
    proxy.close();
  });
});
