import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, FakeLogger, ManualClock, uniqueName } from '@tollgate/testing';
import { startServers, type PrivateServers } from '@tollgate/testing/launcher';
import { Redis } from 'ioredis';
import { GaugeProcess } from '../../test-support/gauge-process.js';
import { makeOlder } from '../../test-support/older-shares.js';
import { RedisLimitStore } from './redis-limit-store.js';

const TICK_MS = 250;
const MAX = 30;
const PROXIES = 10;

describe('what ten proxies have in flight at a vendor, divided by Redis', () => {
  let servers: PrivateServers;
  let client: Redis;
  let pattern: string;
  let clock: ManualClock;
  let stores: RedisLimitStore[];
  let proxies: GaugeProcess[];

  beforeAll(async () => {
    servers = await startServers({ redis: true });
  });
  afterAll(() => servers.stop());

  beforeEach(async () => {
    const { url } = servers.redis;
    const prefix = uniqueName('gauge');
    client = new Redis(url, { enableOfflineQueue: false, lazyConnect: true });
    client.on('error', () => undefined);
    await client.connect();
    pattern = `{${prefix}:limits}:*`;
    clock = new ManualClock();
    stores = Array.from({ length: PROXIES }, () => {
      return new RedisLimitStore({ url, prefix, logger: new FakeLogger() });
    });
    proxies = stores.map((store, index) => new GaugeProcess({ store, clock, holder: `proxy-${index}` }));
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    client.disconnect();
  });

  /** As much as for the proxies; there is none to pass in a Redis that is away. */
  const passTime = () => makeOlder(client, pattern, TICK_MS).catch(() => undefined);
  const inFlight = () => proxies.reduce((sum, each) => sum + each.inFlight, 0);

  /** So many ticks of all; `load` comes before each, and while Redis is asked. @returns the most that was in flight */
  const run = async (ticks: number, load: (tick: number) => void = () => undefined): Promise<number> => {
    let most = 0;
    for (let tick = 0; tick < ticks; tick += 1) {
      load(tick);
      clock.advance(TICK_MS);
      const asking = proxies.map(({ shares }) => shares.tick());
      load(tick);
      most = Math.max(most, inFlight());
      await Promise.all(asking);
      await passTime();
    }
    return most;
  };
  const startAll = async (max: number): Promise<void> => {
    for (const proxy of proxies) proxy.start(max);
    await run(8);
  };
  const all = (requests: number) => () => {
    for (const proxy of proxies) proxy.begin(requests);
  };

  it('is never more than the cap, however the load lies and moves', async () => {
    await startAll(MAX);
    const most = await run(200, (tick) => {
      for (const [index, proxy] of proxies.entries()) {
        if (Math.floor(tick / 10) % PROXIES === index) proxy.begin(12);
        else if ((tick * 7 + index) % 5 === 0) proxy.begin();
        if ((tick + index) % 3 === 0) proxy.end(1);
      }
    });
    expect(most).toBeLessThanOrEqual(MAX);
    // And it is there to be used.
    expect(most).toBeGreaterThan(0.75 * MAX);
  });

  it('is with the one that has the traffic within about a second', async () => {
    await startAll(MAX);
    for (const busy of proxies.slice(0, 3)) {
      await run(6, () => busy.begin(MAX));
      expect(busy.inFlight).toBe(MAX);
      busy.end();
    }
  });

  it('is one request after another where the cap is one, for each proxy that asks', async () => {
    await startAll(1);
    const served = new Set<GaugeProcess>();
    const most = await run(80, (tick) => {
      all(1)();
      for (const proxy of proxies) if (proxy.inFlight > 0) served.add(proxy);
      // A request lasts for half a second.
      if (tick % 2 === 1) for (const proxy of proxies) proxy.end();
    });
    expect([most, served.size]).toEqual([1, PROXIES]);
  });

  it('is counted by each alone while Redis is away, and by all together again once it is back, empty', async () => {
    await startAll(MAX);
    await servers.redis.kill();
    await run(30);
    all(2 * MAX)();
    expect(inFlight()).toBe(PROXIES * 2 * MAX);
    await servers.redis.loseData();
    await servers.redis.restart();
    await eventually(async () => {
      await run(8);
      return proxies.every(({ most }) => most < Infinity);
    }, 'all proxies to have heard of their shares');
    // What is under way ends.
    for (const proxy of proxies) proxy.end(2 * MAX - 1);
    await run(8, all(1));
    for (const proxy of proxies) proxy.end();
    expect(await run(20, all(MAX))).toBe(MAX);
  });
});
