import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { storedResponseKey } from '@tollgate/contracts';
import { chatVendor, type FakeVendor } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { ProxyWorld, SECRET } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

const GOOD = chatVendor(['Hello'], USAGE);
const serves = (...models: string[]) => ({
  models: models.map((name) => ({ name, upstream: name, cost: null })),
});

describe('an API key that requires tags of its channels', () => {
  let world: ProxyWorld;
  let vendors: VendorPair;
  let tagged: FakeVendor;
  let other: FakeVendor;

  beforeAll(async () => {
    vendors = await VendorPair.start();
    ({ first: tagged, second: other } = vendors);
  });
  afterAll(() => vendors.stop());

  beforeEach(async () => {
    vendors.renew(GOOD);
    world = await ProxyWorld.start(async (made) => {
      await made.putKey(SECRET, { requireTags: ['gdpr', 'eu'] });
      await made.putChannel('c1', tagged, { ...serves('both'), tags: ['eu', 'gdpr', 'cheap'] });
      await made.putChannel('c2', other, { ...serves('both', 'abroad'), tags: ['eu'], priority: 10 });
      for (const model of ['both', 'abroad']) await made.putPrice(model, { input: '1.00', output: '1.00' });
    });
  });
  afterEach(() => world.stop());

  const ask = (model: string, more: object = {}) =>
    world.send({ model, messages: [{ role: 'user', content: 'Hi' }], ...more });
  const asked = () => [tagged.requests.length, other.requests.length];

  it('is served by channels that have them all, and others are not even tried after a failure', async () => {
    expect((await ask('both')).status).toBe(200);
    tagged.respond({ kind: 'answer', status: 500, body: { error: { message: 'no' } } });
    expect((await ask('both')).status).toBe(502);
    expect(asked()).toEqual([2, 0]);
  });

  it('is told so where no channel of the model has them, at no cost', async () => {
    const answer = await ask('abroad');
    expect([answer.status, answer.json.error.code]).toEqual([403, 'no_channel_for_key']);
    expect(asked()).toEqual([0, 0]);
    expect(world.journal.starts).toHaveLength(0);
    expect(world.admission.holds).toHaveLength(0);
  });

  it('is served by a fallback whose channels have them', async () => {
    await world.putModel('abroad', { fallbacks: ['both'] });
    expect((await ask('abroad')).status).toBe(200);
    expect(asked()).toEqual([1, 0]);
  });

  it('sees only the models that it can be served', async () => {
    const list = async () => {
      const { json } = await world.send('', { path: '/v1/models', method: 'GET' });
      return json.data.map(({ id }: { id: string }) => id);
    };
    expect(await list()).toEqual(['both']);
    await world.putKey(SECRET, { requireTags: null });
    expect(await list()).toEqual(['abroad', 'both']);
  });

  it('follows a change of the key, and of the channels', async () => {
    await world.putKey(SECRET, { requireTags: ['eu'] });
    await ask('both');
    expect(asked()).toEqual([0, 1]);
    await world.putKey(SECRET, { requireTags: ['eu', 'gdpr'] });
    await world.putChannel('c2', other, { ...serves('both', 'abroad'), tags: ['eu', 'gdpr'], priority: 10 });
    expect((await ask('abroad')).status).toBe(200);
    await world.putKey(SECRET, { requireTags: [] });
    expect((await ask('both')).status).toBe(200);
    expect(asked()).toEqual([0, 3]);
  });

  it('takes turns over its channels together with other keys that require the same', async () => {
    await world.putSettings({ routing: { strategy: 'round-robin' } });
    await world.putChannel('c2', other, { ...serves('both'), tags: ['gdpr', 'eu'] });
    await world.putKey('sk-other-key', { id: 'k2', requireTags: ['eu', 'gdpr'] });
    for (let request = 0; request < 2; request += 1) {
      await ask('both');
      await world.send(
        { model: 'both', messages: [{ role: 'user', content: 'Hi' }] },
        { headers: { authorization: 'Bearer sk-other-key' } },
      );
    }
    expect(asked()).toEqual([2, 2]);
  });

  it('gets nothing that lies at a channel without them', async () => {
    const note = { id: 'resp_1', channelId: 'c2', credential: 0, organizationId: 'o1', model: 'both' };
    await world.documents.bucket('responses').put(storedResponseKey('resp_1') ?? '', note);
    const read = await world.send('', { method: 'GET', path: '/v1/responses/resp_1' });
    const on = await world.send(
      { model: 'both', input: 'On', previous_response_id: 'resp_1' },
      { path: '/v1/responses' },
    );
    for (const answer of [read, on])
      expect([answer.status, answer.json.error.code]).toEqual([403, 'no_channel_for_key']);
    expect(asked()).toEqual([0, 0]);
  });

  it('has its tokens counted by the gateway where only other channels count', async () => {
    const chats = { ...serves('both'), tags: ['eu', 'gdpr'], dialect: 'openai-chat' };
    await world.putChannel('c1', tagged, chats);
    const anthropic = { provider: 'anthropic', dialect: 'anthropic-messages', priority: 10, tags: ['us'] };
    await world.putChannel('c2', other, { ...serves('both'), ...anthropic });
    const counted = await world.send(
      { model: 'both', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] },
      { path: '/v1/messages/count_tokens' },
    );
    expect(counted.status).toBe(200);
    expect(counted.json.input_tokens).toBeGreaterThan(0);
    expect(other.requests).toHaveLength(0);
  });
});
