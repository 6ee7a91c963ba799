import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chatVendor, ManualClock } from '@tollgate/testing';
import { chat, USAGE } from '../test-support/chat-ground.js';
import { ProxyWorld } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

const TTL_MS = 60_000;
const GOOD = chatVendor(['Hello'], USAGE);

describe('requests that belong together', () => {
  let world: ProxyWorld;
  let vendors: VendorPair;
  let clock: ManualClock;

  beforeAll(async () => {
    vendors = await VendorPair.start();
  });
  afterAll(() => vendors.stop());

  beforeEach(async () => {
    vendors.renew(GOOD);
    clock = new ManualClock(Date.now());
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', vendors.first);
      await made.putChannel('c2', vendors.second);
      await made.putPrice('gpt-4o', { input: '1.00', output: '1.00' });
      const rule = { name: 'user', source: 'user', ttlSeconds: TTL_MS / 1_000 };
      await made.putSettings({ routing: { affinity: [rule] } });
    }, clock);
  });
  afterEach(() => world.stop());

  it('stay where they went for the rule’s time after the last one, then go home', async () => {
    const ask = () => world.send(chat({ user: 'ann' }));
    await ask();
    const { first, second } = vendors;
    const [home, other] = first.requests.length === 1 ? [first, second] : [second, first];
    home.respond({ kind: 'answer', status: 500, body: { error: { message: 'no' } } });
    await ask();
    home.respond(GOOD);
    const counts = () => [home.requests.length, other.requests.length];
    expect(counts()).toEqual([2, 1]);
    clock.advance(TTL_MS - 1);
    await ask();
    // Each one prolongs it.
    clock.advance(TTL_MS - 1);
    await ask();
    expect(counts()).toEqual([2, 3]);
    clock.advance(TTL_MS);
    await ask();
    expect(counts()).toEqual([3, 3]);
  });
});
