import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalEnd } from '@tollgate/metering';
import {
  chatCompletion,
  chatStreamEvents,
  eventually,
  FakeVendor,
  type VendorScript,
} from '@tollgate/testing';
import { USAGE } from '../test-support/chat-ground.js';
import { begun, chat, ENDLESS, LARGE_EVENT, pricedWorld, theRecord } from '../test-support/endings.js';
import type { ProxyWorld } from '../test-support/proxy-world.js';

describe('a request whose client leaves, where the vendor may finish', () => {
  let world: ProxyWorld;
  let vendor: FakeVendor;

  beforeAll(async () => {
    vendor = await FakeVendor.start({ kind: 'silent' });
  });
  afterAll(() => vendor.stop());
  beforeEach(async () => {
    vendor.renew();
    world = await pricedWorld(vendor, { inFlightMax: 1_000 });
  });
  afterEach(() => world.stop());

  const words = (count: number) => Array.from({ length: count }, (_, index) => ` word${index}`);
  const settle = (drainTimeoutMs = 30_000) =>
    world.putSettings({
      routing: { attemptsMax: 1 },
      upstream: { onClientClose: 'drain', drainTimeoutMs },
    });
  const leave = async (stream: boolean) => {
    let pieces = 0;
    const answer = world.send(chat(stream), {
      onData: (incoming) => {
        pieces += 1;
        if (pieces === 3) incoming.destroy();
      },
    });
    answer.catch(() => undefined);
    await eventually(() => vendor.requests.length > 0, 'the vendor');
    if (!stream) world.server.closeAllConnections();
    await eventually(() => world.journal.ends.length > 0, 'the record');
  };

  it('pays exactly what the vendor counted', async () => {
    await settle();
    vendor.respond({ kind: 'stream', events: chatStreamEvents(words(40), USAGE), intervalMs: 5 });
    await leave(true);
    expect(await theRecord(world)).toMatchObject({
      outcome: 'client_closed',
      usageSource: 'vendor',
      usage: { input: 20, output: 10 },
    });
    expect(vendor.abortedCount).toBe(0);
  });

  it('pays for an answer in one piece that it did not wait for', async () => {
    await settle();
    vendor.respond({ ...chatCompletion('Hello', USAGE), delayMs: 200 } as VendorScript);
    await leave(false);
    expect(await theRecord(world)).toMatchObject({
      outcome: 'client_closed',
      usageSource: 'vendor',
      firstByteMs: null,
      usage: { input: 20, output: 10 },
    });
  });

  it.each<[string, VendorScript, JournalEnd['usageSource']]>([
    ['breaks off', begun('cut'), 'partial'],
    ['refuses', { kind: 'answer', status: 429, body: { error: { message: 'no' } }, delayMs: 100 }, 'none'],
  ])(
    'pays what was produced when the vendor %s, and no other vendor is asked',
    async (_how, script, source) => {
      await world.putSettings({ routing: { attemptsMax: 3 }, upstream: { onClientClose: 'drain' } });
      await world.putChannel('c2', vendor);
      vendor.respond(script);
      await leave(source === 'partial');
      expect(await theRecord(world)).toMatchObject({ outcome: 'client_closed', usageSource: source });
      expect(vendor.requests).toHaveLength(1);
    },
  );

  it.each<[string, VendorScript, number]>([
    ['takes too long', ENDLESS, 100],
    [
      'says too much',
      { kind: 'stream', events: Array<string>(600).fill(LARGE_EVENT), ending: 'silent' },
      30_000,
    ],
  ])('pays what was produced until the vendor %s, and is cancelled', async (_how, script, drainTimeoutMs) => {
    await settle(drainTimeoutMs);
    vendor.respond(script);
    await leave(true);
    expect(await theRecord(world)).toMatchObject({ outcome: 'client_closed', usageSource: 'partial' });
    await eventually(() => vendor.abortedCount === 1, 'the vendor to see the end');
  });

  it('is cancelled while as many others as may be are finishing', async () => {
    const most = 200;
    await settle();
    vendor.respond(begun('silent'));
    const left = new Set<number>();
    for (let index = 0; index <= most; index += 1) {
      const onData = (incoming: IncomingMessage) => left.add(index) && incoming.destroy();
      world.send(chat(true), { onData }).catch(() => undefined);
    }
    await eventually(() => left.size > most && world.journal.ends.length > 0, 'all to leave, and a record');
    await eventually(() => vendor.abortedCount > 0, 'the vendor to see the end');
    expect([world.journal.ends.length, vendor.abortedCount]).toEqual([1, 1]);
    expect(world.service.dataPlane.inFlight).toBe(most);
    expect(world.journal.ends[0]).toMatchObject({ outcome: 'client_closed', usageSource: 'partial' });
  });

  it('is put on the books when the gateway stops meanwhile', async () => {
    await settle();
    vendor.respond(ENDLESS);
    const left = leave(true);
    await eventually(() => vendor.requests.length > 0, 'the vendor');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await world.service.stop(1);
    await left;
    expect((await theRecord(world)).usageSource).toBe('partial');
  });
});
