import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PUBLICATION_DOCUMENT_KEY } from '@tollgate/contracts';
import { chatVendor, FakeVendor } from '@tollgate/testing';
import { chat, USAGE } from '../test-support/chat-ground.js';
import { KEYED, ProxyWorld, SECRET, settled } from '../test-support/proxy-world.js';

const OTHER = 'sk-tg-another-key-0123456789abcdef';
const CHAT = chat();

describe('a document store that loses what it has', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;

  beforeEach(async () => {
    vendor = await FakeVendor.start(chatVendor(['Hello'], USAGE));
    world = await ProxyWorld.start(publish);
  });
  afterEach(async () => {
    await world.stop();
    await vendor.stop();
  });

  async function publish(to: ProxyWorld): Promise<void> {
    await to.putChannel('c1', vendor);
    await to.putPrice('gpt-4o', { input: '2.50', output: '10.00' });
    await to.documents.bucket('config').put(PUBLICATION_DOCUMENT_KEY, {});
    await settled();
  }
  const lose = async (): Promise<void> => {
    world.documents.loseData();
    await settled();
  };
  const ask = (secret: string) =>
    world.send(CHAT, { headers: { ...KEYED, authorization: `Bearer ${secret}` } });
  const status = async (secret = SECRET): Promise<number> => (await ask(secret)).status;

  it('changes nothing for keys and models that are known', async () => {
    expect(await status()).toBe(200);
    await lose();
    expect([await status(), await status()]).toEqual([200, 200]);
  });

  it('makes no key invalid: one that was not asked for yet gets 503 until it is there again', async () => {
    await world.putKey(OTHER, { id: 'k2' });
    await lose();
    const answer = await ask(OTHER);
    expect([answer.status, answer.json.error.code]).toEqual([503, 'keys_unavailable']);
    await world.putKey(OTHER, { id: 'k2' });
    await world.putOrganization({});
    await publish(world);
    expect(await status(OTHER)).toBe(200);
    expect(await status('sk-tg-nobody-knows-this-one-0123456')).toBe(401);
  });

  it('forgets what did not come back, once all the rest is there again', async () => {
    await world.putChannel('c2', vendor, { models: [{ name: 'gone', upstream: 'gone', cost: null }] });
    await world.putPrice('gone', { input: '1.00', output: '1.00' });
    const askGone = async () => (await world.send({ ...CHAT, model: 'gone' })).status;
    expect(await askGone()).toBe(200);
    await lose();
    expect(await askGone()).toBe(200);
    await world.putKey(SECRET, {});
    await world.putOrganization({});
    await publish(world);
    expect(await askGone()).toBe(404);
    expect(await status()).toBe(200);
  });
});
