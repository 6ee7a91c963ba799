import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { organizationDocumentKey } from '@tollgate/contracts';
import { chatVendor, type FakeVendor } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { ProxyWorld, settled, SECRET } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

const GOOD = chatVendor(['Hello'], USAGE);
const refusal = (status: number, error: { message: string; code?: string } = { message: 'no' }) => ({
  kind: 'answer' as const,
  status,
  body: { error },
});
const serves = (...models: string[]) => ({
  models: models.map((name) => ({ name, upstream: `${name}-up`, cost: null })),
});

describe('models that stand for others, and models that take over', () => {
  let world: ProxyWorld;
  let vendors: VendorPair;
  let first: FakeVendor;
  let second: FakeVendor;

  beforeAll(async () => {
    vendors = await VendorPair.start();
    ({ first, second } = vendors);
  });
  afterAll(() => vendors.stop());

  beforeEach(async () => {
    vendors.renew(GOOD);
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', first, serves('small'));
      await made.putChannel('c2', second, serves('large'));
      await made.putPrice('small', { input: '1.00', output: '1.00' });
      await made.putPrice('large', { input: '5.00', output: '5.00' });
    });
  });
  afterEach(() => world.stop());

  const ask = (model: string, more: object = {}) =>
    world.send({ model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 100, ...more });
  const record = () => world.journal.ends.at(-1);

  it('an alias is served as the model that it stands for, through other aliases, at its price', async () => {
    await world.putModel('best', { alias: 'better' });
    await world.putModel('better', { alias: 'large' });
    expect((await ask('best')).status).toBe(200);
    expect(second.requests[0]?.json?.['model']).toBe('large-up');
    expect(record()).toMatchObject({ model: 'best', priceCard: { id: 'price-large' }, charge: '150000' });
    const listed = await world.send('', { path: '/v1/models', method: 'GET' });
    expect(listed.json.data.map(({ id }: { id: string }) => id)).toEqual([
      'best',
      'better',
      'large',
      'small',
    ]);
  });

  it('an alias may have a price of its own', async () => {
    await world.putModel('best', { alias: 'large' });
    await world.putPrice('best', { input: '7.00', output: '7.00' });
    await ask('best');
    expect(record()).toMatchObject({ priceCard: { id: 'price-best' }, charge: '210000' });
  });

  it('an alias that leads to itself is no model', async () => {
    await world.putModel('a', { alias: 'b' });
    await world.putModel('b', { alias: 'a' });
    expect((await ask('a')).json.error.code).toBe('model_not_found');
  });

  it('a key’s list of models is about the name that is asked', async () => {
    await world.putModel('best', { alias: 'large' });
    await world.putModel('small', { fallbacks: ['large'] });
    await world.putKey(SECRET, { models: ['best', 'small'] });
    await settled();
    first.respond(refusal(500));
    expect((await ask('best')).status).toBe(200);
    expect((await ask('small')).status).toBe(200);
    expect((await ask('large')).json.error.code).toBe('model_not_allowed');
  });

  it('a fallback takes over when everything before it failed, and is charged by its own price', async () => {
    await world.putModel('small', { fallbacks: ['large'] });
    first.respond(refusal(500));
    expect((await ask('small')).status).toBe(200);
    expect(second.requests[0]?.json?.['model']).toBe('large-up');
    expect(record()).toMatchObject({
      ...{ model: 'small', upstreamModel: 'large-up', attempts: 2 },
      ...{ priceCard: { id: 'price-large' }, charge: '150000' },
    });
    // The hold covered the dearest that could have answered.
    expect(world.admission.holds[0]).toBeGreaterThanOrEqual(150_000n);
    expect(world.admission.settled).toEqual([150_000n]);
  });

  it('a fallback serves a model that no channel has', async () => {
    await world.putModel('gone', { fallbacks: ['large'] });
    expect((await ask('gone')).status).toBe(200);
    expect(record()).toMatchObject({ model: 'gone', priceCard: { id: 'price-large' } });
  });

  const TOO_LONG = refusal(400, { message: 'Too long.', code: 'context_length_exceeded' });
  const FILTERED = refusal(400, { message: 'Filtered.', code: 'content_filter' });

  it.each([
    { what: 'a request that is too long', vendor: TOO_LONG, fallback: 'large', served: true },
    { what: 'a filtered request', vendor: FILTERED, fallback: 'large', served: false },
    {
      what: 'a filtered request where the operator says so',
      vendor: FILTERED,
      fallback: { model: 'large', on: ['content-filter'] },
      served: true,
    },
    {
      what: 'a failure where the fallback is for long requests',
      vendor: refusal(500),
      fallback: { model: 'large', on: ['context-window'] },
      served: false,
    },
    { what: 'a wrong request', vendor: refusal(400), fallback: 'large', served: false },
  ])('$what: taken over: $served', async ({ vendor, fallback, served }) => {
    await world.putModel('small', { fallbacks: [fallback] });
    first.respond(vendor);
    const answer = await ask('small');
    expect([answer.status === 200, second.requests.length === 1]).toEqual([served, served]);
    if (!served) expect(answer.json.error.message).toContain(vendor.body.error.message);
    expect(world.journal.ends).toHaveLength(1);
  });

  describe('of a request that is certainly too long for a model', () => {
    const LONG = 'long words '.repeat(400);
    const talk = (content: unknown, more: object = {}) =>
      ask('small', { messages: [{ role: 'user', content }], ...more });
    const asked = () => [first.requests.length, second.requests.length];
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'iVBOR'.repeat(900)}` } };

    it('the vendor is not asked where a fallback takes over, which is what it is charged by', async () => {
      await world.putModel('small', { contextTokensMax: 100, fallbacks: ['large'] });
      expect((await talk(LONG)).status).toBe(200);
      expect(asked()).toEqual([0, 1]);
      expect(record()).toMatchObject({ model: 'small', attempts: 1, priceCard: { id: 'price-large' } });
    });

    it('the next that can hold it takes over', async () => {
      await world.putChannel('c3', first, serves('middle'));
      await world.putPrice('middle', { input: '1.00', output: '1.00' });
      await world.putModel('small', { contextTokensMax: 100, fallbacks: ['middle', 'large'] });
      await world.putModel('middle', { contextTokensMax: 120 });
      await talk(LONG);
      expect(asked()).toEqual([0, 1]);
    });

    it.each([
      { what: 'it may just fit', content: LONG, model: { contextTokensMax: 200 } },
      { what: 'nothing says how much the model holds', content: LONG, model: { contextTokensMax: null } },
      { what: 'no fallback takes over', content: LONG, model: { fallbacks: undefined } },
      {
        what: 'the fallback is for failures',
        content: LONG,
        model: { fallbacks: [{ model: 'large', on: ['failure'] }] },
      },
      { what: 'it is long by one character alone', content: ' '.repeat(5_000) },
      { what: 'it is long by a picture', content: [image] },
      { what: 'its input is to be shortened', content: LONG, more: { truncation: 'auto' } },
    ])('the vendor is asked where $what', async ({ content, model, more }) => {
      await world.putModel('small', { contextTokensMax: 100, fallbacks: ['large'], ...model });
      expect((await talk(content, more)).status).toBe(200);
      expect(asked()).toEqual([1, 0]);
    });
  });

  it('the last of a chain refuses in its vendor’s own words', async () => {
    await world.putModel('small', { fallbacks: ['large'] });
    first.respond(TOO_LONG);
    second.respond(refusal(400, { message: 'Still too long.', code: 'context_length_exceeded' }));
    const answer = await ask('small');
    expect(answer.json).toEqual({ error: { message: 'Still too long.', code: 'context_length_exceeded' } });
    expect(record()).toMatchObject({ outcome: 'failed', charge: '0', attempts: 2 });
  });

  it('a fallback without a price is passed by', async () => {
    await world.putChannel('c3', second, serves('unpriced'));
    await world.putModel('small', { fallbacks: ['unpriced', 'large'] });
    first.respond(refusal(500));
    await ask('small');
    expect(second.requests.map(({ json }) => json?.['model'])).toEqual(['large-up']);
  });

  it('the group auto stands for several, in their order', async () => {
    await world.putChannel('c1', first, { ...serves('small'), groups: ['cheap'] });
    await world.putChannel('c2', second, { ...serves('small'), groups: ['dear'] });
    await world.documents
      .bucket('identity')
      .put(organizationDocumentKey('o1'), { id: 'o1', name: 'acme', status: 'active', group: 'auto' });
    expect((await ask('small')).json.error.code).toBe('model_not_found');
    await world.putSettings({ routing: { autoGroups: ['cheap', 'dear'] } });
    await ask('small');
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
    first.respond(refusal(500));
    expect((await ask('small')).status).toBe(200);
    expect(second.requests).toHaveLength(1);
  });

  it('a model is served by channels with the tags that it requires', async () => {
    await world.putChannel('c1', first, { ...serves('large'), priority: 9 });
    await world.putChannel('c2', second, { ...serves('large'), tags: ['eu'] });
    await world.putModel('large', { requireTags: ['eu'] });
    await ask('large');
    expect([first.requests.length, second.requests.length]).toEqual([0, 1]);
  });

  it.each([
    { what: 'tools', more: { tools: [{ type: 'function', function: { name: 'f' } }] }, asked: [0, 1] },
    { what: 'no tools, but talks of them', more: { user: '"tools"' }, asked: [1, 0] },
  ])('a channel is passed by that lacks what a request needs: $what', async ({ more, asked }) => {
    await world.putChannel('c1', first, { ...serves('large'), priority: 9, lacks: ['tools', 'vision'] });
    await ask('large', more);
    expect([first.requests.length, second.requests.length]).toEqual(asked);
  });

  describe('requests that belong together', () => {
    beforeEach(async () => {
      await world.putChannel('c1', first, serves('large'));
      await world.putSettings({ routing: { strategy: 'round-robin' } });
    });
    const counts = () => [first.requests.length, second.requests.length].sort();

    it('go to one channel by their prompt cache key, or their session', async () => {
      for (let turn = 0; turn < 4; turn += 1) await ask('large', { prompt_cache_key: 'a' });
      expect(counts()).toEqual([0, 4]);
      const headers = { authorization: `Bearer ${SECRET}`, 'x-claude-code-session-id': 's-7' };
      const before = first.requests.length;
      const body = { model: 'large', messages: [{ role: 'user', content: 'Hi' }] };
      for (let turn = 0; turn < 4; turn += 1) await world.send(body, { headers });
      expect([0, 4]).toContain(first.requests.length - before);
    });

    it('go elsewhere while their channel fails, and stay there', async () => {
      await ask('large', { prompt_cache_key: 'a' });
      const [home, other] = first.requests.length === 1 ? [first, second] : [second, first];
      home.respond(refusal(500));
      expect((await ask('large', { prompt_cache_key: 'a' })).status).toBe(200);
      home.respond(GOOD);
      await ask('large', { prompt_cache_key: 'a' });
      expect([home.requests.length, other.requests.length]).toEqual([2, 2]);
    });

    it('are not tried elsewhere where the rule says so', async () => {
      const rule = {
        name: 'tenant',
        source: 'body-field',
        field: 'metadata.tenant',
        skipRetryOnFailure: true,
      };
      await world.putSettings({ routing: { affinity: [rule] } });
      for (const vendor of [first, second]) vendor.respond(refusal(500));
      await ask('large', { metadata: { tenant: 7 } });
      expect(counts()).toEqual([0, 1]);
    });

    it('are others: without a key the strategy decides', async () => {
      for (let turn = 0; turn < 4; turn += 1) await ask('large');
      expect(counts()).toEqual([2, 2]);
    });
  });
});
