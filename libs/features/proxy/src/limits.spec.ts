import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chatStreamEvents, chatVendor, eventually, FakeVendor, openaiEmbeddings } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { KEYED, ProxyWorld, SECRET, settled, type Answer } from '../test-support/proxy-world.js';

describe('limits of the proxy', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start({ kind: 'silent' });
  });
  afterAll(() => vendor.stop());

  beforeEach(async () => {
    vendor.renew(chatVendor(['Hello', ' there'], USAGE));
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', vendor);
      for (const model of ['gpt-4o', 'fast']) await made.putPrice(model, { input: '2.50', output: '10.00' });
    });
  });
  afterEach(() => world.stop());

  const limitKey = async (limits: object): Promise<void> => {
    await world.putKey(SECRET, { limits });
    await settled();
  };
  const chat = (more: object = {}) => ({
    ...{ model: 'gpt-4o', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] },
    ...more,
  });
  const send = (body: object = chat()): Promise<Answer> => world.send(body);
  const code = async (answer: Promise<Answer>): Promise<string | undefined> =>
    (await answer).json?.error?.code;

  it('say nothing where there are none', async () => {
    const { headers } = await send();
    expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([]);
  });

  it('are told with every answer', async () => {
    await limitKey({ requestsPerMinute: 3, tokensPerMinute: 1_000 });
    await send();
    expect((await send()).headers).toMatchObject({
      'x-ratelimit-limit-requests': '3',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '40s',
      'x-ratelimit-limit-tokens': '1000',
    });
  });

  it('refuse what is too much, at no cost, until the time that they tell', async () => {
    await limitKey({ requestsPerMinute: 1 });
    await send();
    const [before, charged] = [world.journal.starts.length, world.admission.available];
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(refused.json.error).toMatchObject({
      code: 'rate_limited',
      message: 'The limit of 1 requests per minute of the API key is reached: try again in 60 s.',
    });
    expect(refused.headers).toMatchObject({ 'retry-after': '60', 'x-ratelimit-remaining-requests': '0' });
    expect([world.journal.starts.length, world.admission.available]).toEqual([before, charged]);
    expect(vendor.requests).toHaveLength(1);
    world.limitClock.advance(60_000);
    expect((await send()).status).toBe(200);
  });

  it.each([
    ['/v1/chat/completions', KEYED, (body: Answer['json']) => body.error.code],
    ['/v1/responses', KEYED, (body: Answer['json']) => body.error.code],
    ['/v1/completions', KEYED, (body: Answer['json']) => body.error.code],
    ['/v1/embeddings', KEYED, (body: Answer['json']) => body.error.code],
    ['/v1/messages', { 'x-api-key': SECRET }, (body: Answer['json']) => body.error.code],
    [
      '/v1beta/models/gpt-4o:generateContent',
      { 'x-goog-api-key': SECRET },
      (body: Answer['json']) => body.error.details[0].reason,
    ],
  ])('refuse at %s in the words of its dialect', async (path, headers, codeOf) => {
    await limitKey({ requestsPerMinute: 1 });
    await send();
    const body = {
      ...chat({ input: 'Hi', prompt: 'Hi' }),
      ...(path.includes('generate') && { contents: [{ parts: [{ text: 'Hi' }] }] }),
    };
    const refused = await world.send(body, { path, headers });
    expect([refused.status, codeOf(refused.json)]).toEqual([429, 'rate_limited']);
    expect(refused.headers['retry-after']).toBe('60');
    expect(refused.headers['x-ratelimit-limit-requests']).toBe('1');
    expect(refused.headers['anthropic-ratelimit-requests-limit']).toBe(
      path === '/v1/messages' ? '1' : undefined,
    );
  });

  it('count the tokens that were used, whatever was asked for', async () => {
    await limitKey({ tokensPerMinute: 1_000 });
    const answer = await send(chat({ max_tokens: 900 }));
    expect(Number(answer.headers['x-ratelimit-remaining-tokens'])).toBeLessThan(100);
    // Of the 970 that are left without the first request's 30, this one takes its limit and a few.
    const next = await send(chat({ max_tokens: 100 }));
    expect(Number(next.headers['x-ratelimit-remaining-tokens'])).toBeGreaterThan(800);
    expect(Number(next.headers['x-ratelimit-remaining-tokens'])).toBeLessThan(870);
  });

  it('of tokens apply to embeddings, and not to counting', async () => {
    await limitKey({ tokensPerMinute: 1_000 });
    vendor.respond(openaiEmbeddings([[0.5, 0.25]], 3));
    const embedded = await world.send({ model: 'gpt-4o', input: 'x' }, { path: '/v1/embeddings' });
    expect([embedded.status, embedded.headers['x-ratelimit-limit-tokens']]).toEqual([200, '1000']);
    const counted = await world.send(chat(), {
      path: '/v1/messages/count_tokens',
      headers: { 'x-api-key': SECRET },
    });
    expect(Number(counted.headers['x-ratelimit-remaining-tokens'])).toBeGreaterThan(990);
  });

  it('of concurrency count requests under way, and free their place however they end', async () => {
    await limitKey({ concurrencyMax: 1 });
    vendor.respond({ kind: 'stream', events: chatStreamEvents(['a'], USAGE), ending: 'silent' });
    const under = new Promise<Answer>((resolve) => {
      void world
        .send(chat({ stream: true }), {
          onData: (incoming) => {
            void (async () => {
              expect(await code(send())).toBe('rate_limited');
              incoming.destroy();
            })();
          },
        })
        .then(resolve);
    });
    expect((await under).cut).toBe(true);
    await eventually(() => world.journal.openCount === 0, 'the end of the request');
    vendor.respond({ kind: 'answer', status: 500, body: { error: { message: 'oops' } } });
    expect((await send()).status).toBe(502);
    vendor.respond({ kind: 'cut' });
    expect((await send()).status).toBe(502);
    vendor.respond(chatVendor(['Hello'], USAGE));
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(200);
  });

  it('of successes forget requests that fail', async () => {
    await limitKey({ successesPerWindow: { max: 1, seconds: 3_600 } });
    vendor.respond({ kind: 'answer', status: 400, body: { error: { message: 'no' } } });
    for (let count = 0; count < 3; count += 1) expect((await send()).status).toBe(400);
    vendor.respond(chatVendor(['Hello'], USAGE));
    expect((await send()).status).toBe(200);
    expect(await code(send())).toBe('rate_limited');
  });

  it('are given back when the balance does not cover the request, or the journal is full', async () => {
    await limitKey({ requestsPerMinute: 1, tokensPerMinute: 500, concurrencyMax: 1 });
    const { available } = world.admission;
    world.admission.available = 0n;
    expect((await send()).status).toBe(402);
    world.admission.available = available;
    world.journal.full = true;
    expect((await send()).status).toBe(503);
    world.journal.full = false;
    expect((await send()).status).toBe(200);
  });

  it('of the organisation bind all of its keys', async () => {
    const other = 'sk-tg-other-key-of-the-organisation';
    await world.putKey(other, { id: 'k2' });
    await world.putOrganization({ limits: { requestsPerMinute: 1 } });
    await settled();
    expect((await send()).status).toBe(200);
    const refused = await world.send(chat(), { headers: { authorization: `Bearer ${other}` } });
    expect(refused.json.error.message).toContain('of the organisation');
  });

  it('of a group bind each organisation in it, and follow the settings', async () => {
    const setGroup = (requestsPerMinute: number) =>
      world.putSettings({ admission: { limits: { groups: [{ group: 'default', requestsPerMinute }] } } });
    await setGroup(1);
    expect((await send()).status).toBe(200);
    expect((await send()).json.error.message).toContain('of the group "default"');
    await setGroup(2);
    expect((await send()).status).toBe(200);
    await world.putOrganization({ group: 'elsewhere' });
    await settled();
    expect((await send()).json.error.code).toBe('model_not_found');
  });

  it('of a model bind that model', async () => {
    await limitKey({ models: [{ model: 'gpt-*', requestsPerMinute: 1 }] });
    expect((await send()).status).toBe(200);
    expect((await send()).json.error.message).toContain('of the API key for gpt-*');
    expect((await send(chat({ model: 'fast' }))).status).toBe(200);
  });
});

describe('access to the proxy', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start(chatVendor(['Hello'], USAGE));
  });
  afterAll(() => vendor.stop());

  beforeEach(async () => {
    vendor.requests.length = 0;
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', vendor);
      for (const model of ['gpt-4o', 'fast']) await made.putPrice(model, { input: '2.50', output: '10.00' });
    });
  });
  afterEach(() => world.stop());

  const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] };
  const from = (address: string) => ({ ...KEYED, 'x-forwarded-for': address });

  /** Everything that takes a key. */
  const DOORS: readonly (readonly [path: string, method: string, body: object])[] = [
    ['/v1/chat/completions', 'POST', chat],
    ['/v1/responses', 'POST', { model: 'gpt-4o', input: 'Hi' }],
    ['/v1/embeddings', 'POST', { model: 'gpt-4o', input: 'Hi' }],
    ['/v1/messages', 'POST', { ...chat, max_tokens: 5 }],
    ['/v1/messages/count_tokens', 'POST', chat],
    ['/v1beta/models/gpt-4o:generateContent', 'POST', { contents: [{ parts: [{ text: 'Hi' }] }] }],
    ['/v1/models', 'GET', {}],
    ['/v1/models/gpt-4o', 'GET', {}],
    ['/v1/responses/resp_1', 'GET', {}],
    ['/v1/responses/resp_1', 'DELETE', {}],
  ];

  it.each(DOORS)(
    'is refused at %s (%s) from an address that the key does not allow',
    async (path, method, body) => {
      await world.putKey(SECRET, { allowedAddresses: ['192.0.2.0/24'] });
      await settled();
      const answer = await world.send(body, { path, method, headers: from('203.0.113.9') });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('may not be used from the address 203.0.113.9');
      expect(answer.text).toContain('ip_not_allowed');
      expect(vendor.requests).toHaveLength(0);
    },
  );

  it.each(DOORS)('is refused at %s (%s) to a key that has expired', async (path, method, body) => {
    await world.putKey(SECRET, { expiresAt: Date.now() - 1 });
    await settled();
    const answer = await world.send(body, { path, method });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('api_key_expired');
  });

  it('needs an address that both the key and its organisation allow', async () => {
    await world.putKey(SECRET, { allowedAddresses: ['192.0.2.0/24', '2001:db8::/32'] });
    await world.putOrganization({ allowedAddresses: ['192.0.2.7', '2001:db8:7::/48', '203.0.113.0/24'] });
    await settled();
    const statusFrom = async (address: string) => (await world.send(chat, { headers: from(address) })).status;
    expect(await statusFrom('192.0.2.7')).toBe(200);
    expect(await statusFrom('::ffff:192.0.2.7')).toBe(200);
    expect(await statusFrom('2001:db8:7::1')).toBe(200);
    expect(await statusFrom('192.0.2.8')).toBe(403);
    expect(await statusFrom('203.0.113.1')).toBe(403);
    expect((await world.send(chat)).status).toBe(403);
  });

  it('follows a change of the list', async () => {
    await world.putKey(SECRET, { allowedAddresses: ['192.0.2.7'] });
    await settled();
    expect((await world.send(chat)).status).toBe(403);
    await world.putKey(SECRET, { allowedAddresses: ['127.0.0.0/8'] });
    await settled();
    expect((await world.send(chat)).status).toBe(200);
  });

  describe('of a key for some models', () => {
    beforeEach(async () => {
      await world.putKey(SECRET, { models: ['gpt-4o*'] });
      await settled();
    });

    it.each(DOORS.slice(0, 5))('is refused at %s (%s) for another model', async (path, method, body) => {
      const answer = await world.send({ ...body, model: 'fast' }, { path, method });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('model_not_allowed');
    });

    it('is given for what a pattern stands for', async () => {
      expect((await world.send(chat)).status).toBe(200);
    });

    it('shows only those in the list of models', async () => {
      const listed = await world.send({}, { path: '/v1/models', method: 'GET' });
      expect(listed.json.data.map(({ id }: { id: string }) => id)).toEqual(['gpt-4o']);
      expect((await world.send({}, { path: '/v1/models/fast', method: 'GET' })).status).toBe(404);
    });

    it('is refused to what another key of the organisation had stored with another model', async () => {
      await world.documents.bucket('responses').put('responses.resp_1', {
        ...{ id: 'resp_1', channelId: 'c1', credential: 0, organizationId: 'o1', model: 'fast' },
      });
      const answer = await world.send({}, { path: '/v1/responses/resp_1', method: 'GET' });
      expect([answer.status, answer.json.error.code]).toEqual([403, 'model_not_allowed']);
    });
  });
});
