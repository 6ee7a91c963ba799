import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChannelObservationsV1 } from '@tollgate/contracts';
import { chatStreamEvents, chatVendor, type FakeVendor, type VendorScript } from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { ProxyWorld } from '../test-support/proxy-world.js';
import { VendorPair } from '../test-support/vendor-pair.js';

const TOO_LONG = { message: 'Too long.', code: 'context_length_exceeded' };
const event = (error: object) => `data: ${JSON.stringify({ error })}\n\n`;
const stream = (...events: string[]): VendorScript => ({ kind: 'stream', events, intervalMs: 5 });
const [BEGUN = ''] = chatStreamEvents(['Hello'], null);

describe('a request that a vendor refuses within its stream', () => {
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
    vendors.renew(chatVendor(['Hello'], USAGE));
    world = await ProxyWorld.start(async (made) => {
      await made.putChannel('c1', first, { models: [{ name: 'small', upstream: 'small', cost: null }] });
      await made.putChannel('c2', second, { models: [{ name: 'large', upstream: 'large', cost: null }] });
      for (const model of ['small', 'large']) await made.putPrice(model, { input: '1.00', output: '1.00' });
    });
  });
  afterEach(() => world.stop());

  const ask = () =>
    world.send({
      ...{ model: 'small', stream: true, max_tokens: 100 },
      messages: [{ role: 'user', content: 'Hi' }],
    });
  /** What channel-health is told in the end. */
  const observed = async () => {
    await world.service.stop(1_000);
    return world.eventLog.published
      .filter(({ topic }) => topic === 'channel-observations')
      .flatMap(({ message }) => (message.body as ChannelObservationsV1).observations);
  };

  it('is refused to the client, and says nothing about the channel', async () => {
    first.respond(stream(event(TOO_LONG)));
    const { status, json } = await ask();
    expect([status, json.error.code, json.error.message]).toEqual([400, 'upstream_rejected', 'Too long.']);
    expect(world.journal.ends).toEqual([expect.objectContaining({ outcome: 'failed', charge: '0' })]);
    expect(await observed()).toEqual([]);
  });

  it('is refused so too with an answer of status 200', async () => {
    first.respond({ kind: 'answer', body: { error: TOO_LONG } });
    const { status, json } = await ask();
    expect([status, json.error.code]).toEqual([400, 'upstream_rejected']);
    expect(await observed()).toEqual([]);
  });

  it('is tried at no other channel of the model, for it would be refused there, too', async () => {
    await world.putChannel('c3', second, { models: [{ name: 'small', upstream: 'small', cost: null }] });
    for (const vendor of [first, second]) vendor.respond(stream(event(TOO_LONG)));
    expect((await ask()).status).toBe(400);
    expect(first.requests.length + second.requests.length).toBe(1);
  });

  it('is taken over by the model that the operator names for it', async () => {
    await world.putModel('small', { fallbacks: [{ model: 'large', on: ['context-window'] }] });
    first.respond(stream(event(TOO_LONG)));
    const { status, text } = await ask();
    expect([status, second.requests.length]).toEqual([200, 1]);
    expect(text).toContain('Hello');
    expect((await observed()).map(({ channelId }) => channelId)).toEqual(['c2']);
  });

  it('after its first words ends with the vendor’s event, and says nothing about the channel', async () => {
    first.respond(stream(BEGUN, event(TOO_LONG)));
    expect((await ask()).text).toContain('context_length_exceeded');
    expect(await observed()).toEqual([]);
    expect(world.journal.ends).toEqual([
      expect.objectContaining({ outcome: 'failed', errorCode: 'upstream_rejected' }),
    ]);
  });

  it('is another matter than a vendor that fails after its first words', async () => {
    first.respond(stream(BEGUN, event({ message: 'no', code: 'server_error' })));
    await ask();
    expect(await observed()).toMatchObject([{ channelId: 'c1', failed: { upstream_error: 1 } }]);
  });
});
