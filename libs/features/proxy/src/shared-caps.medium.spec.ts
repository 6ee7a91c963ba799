import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisLimitStore } from '@tollgate/admission/redis';
import { chatVendor, eventually, FakeVendor, testServers, uniqueName } from '@tollgate/testing';
import type { CapLimits } from '@tollgate/routing';
import { noopLogger } from '@tollgate/telemetry';
import { chat, USAGE } from '../test-support/chat-ground.js';
import { ProxyWorld } from '../test-support/proxy-world.js';

const CAP = 20;

describe('two proxies that ask one account of a vendor', () => {
  let vendor: FakeVendor;
  let stores: RedisLimitStore[];
  let worlds: ProxyWorld[];

  beforeAll(async () => {
    vendor = await FakeVendor.start({ kind: 'silent' });
  });
  afterAll(() => vendor.stop());

  beforeEach(async () => {
    vendor.renew(chatVendor(['Hello'], USAGE));
    const prefix = uniqueName('caps');
    const url = testServers().redisUrl;
    stores = [1, 2].map(() => new RedisLimitStore({ url, prefix, logger: noopLogger }));
  });
  afterEach(async () => {
    await Promise.all(worlds.map((world) => world.stop()));
    await Promise.all(stores.map((store) => store.close()));
  });

  const startAll = async (caps: CapLimits): Promise<void> => {
    const starting = stores.map((store) =>
      ProxyWorld.start(
        async (made) => {
          await made.putChannel('c1', vendor, caps);
          await made.putPrice('gpt-4o', { input: '2.50', output: '10.00' });
        },
        undefined,
        {},
        store,
      ),
    );
    worlds = await Promise.all(starting);
  };
  const sendTo = async (world: ProxyWorld | undefined) => (await world?.send(chat()))?.status;

  it('together have no more in flight than the cap, which one of them can use alone', async () => {
    await startAll({ inFlightMax: CAP });
    vendor.respond({ kind: 'silent' });
    await eventually(() => {
      void sendTo(worlds[0]).catch(() => undefined);
      return vendor.requests.length >= CAP;
    }, 'the cap to be used by one proxy');
    for (let number = 0; number < 20; number += 1)
      expect(await Promise.all(worlds.map((world) => sendTo(world)))).toEqual([503, 503]);
    expect(vendor.requests).toHaveLength(CAP);
  });

  it('hand one another the only request that may be in flight', async () => {
    await startAll({ inFlightMax: 1 });
    for (const world of [...worlds, ...worlds])
      await eventually(async () => (await sendTo(world)) === 200, 'the cap to be where the request is');
  });

  it('together keep the cap of requests a minute, which one of them can use nearly alone', async () => {
    await startAll({ requestsPerMinuteMax: CAP });
    // One gets share after share of what the other does not use.
    await eventually(async () => {
      await sendTo(worlds[0]);
      return vendor.requests.length >= CAP - 2;
    }, 'the cap to be used by one proxy');
    await eventually(async () => {
      const statuses = await Promise.all(worlds.map((world) => sendTo(world)));
      return statuses.every((status) => status === 503);
    }, 'both proxies to find the channel full');
    // The one that started second took a first request before it was told that all was the other's.
    expect(vendor.requests.length).toBeLessThanOrEqual(CAP + 1);
  });
});
