import { describe, expect, it } from '@jest/globals';
import {
  describeLimitStore,
  describeTakingAhead,
  FakeLogger,
  testServers,
  uniqueName,
} from '@tollgate/testing';
import { Redis } from 'ioredis';
import type { LimitSet } from './limit-store.js';
import { RedisLimitStore } from './redis-limit-store.js';

/** Nobody can move a server's clock: what lies in it is made older instead. */
const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  if redis.call('TYPE', key).ok == 'string' then
    local level, at = string.match(redis.call('GET', key), '^(%d+) (%d+)$')
    redis.call('SET', key, string.format('%s %.0f', level, at - ARGV[2]), 'KEEPTTL')
  else
    for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do
      redis.call('ZINCRBY', key, -ARGV[2], id)
    end
  end
end`;

/** As PTTL has them: a key that is gone, and one that never expires. */
const EXPIRED = -2;
const NEVER_EXPIRES = -1;

async function openHarness() {
  const url = testServers().redisUrl;
  const prefix = uniqueName('limits');
  const client = new Redis(url);
  const pattern = `{${prefix}:limits}:*`;
  const loseData = async (): Promise<void> => {
    const keys = await client.keys(pattern);
    if (keys.length > 0) await client.unlink(...keys);
  };
  const open = () => new RedisLimitStore({ url, prefix, logger: new FakeLogger() });
  return {
    client,
    pattern,
    stores: [open(), open()] as const,
    passTime: async (milliseconds: number) => {
      await client.eval(AGE, 0, pattern, milliseconds);
    },
    loseData,
    close: async () => {
      await loseData();
      await client.quit();
    },
  };
}

describeLimitStore('Redis', openHarness);
describeTakingAhead('Redis', openHarness);

describe('limits in Redis', () => {
  it('expire by themselves when they say nothing any more', async () => {
    const { client, pattern, stores, close } = await openHarness();
    const limits: LimitSet = {
      rates: [{ key: 'key:one:rpm', measure: 'requests', max: 60, windowMs: 600_000, label: '' }],
      slots: [{ key: 'key:one:slots', max: 5, label: '' }],
    };
    await stores[0].take(limits, 0, 'request-1');
    const keys = await client.keys(pattern);
    const lifetimes = await Promise.all(keys.sort().map((key) => client.pttl(key)));
    expect(lifetimes).toHaveLength(2);
    // One unit of sixty is back within ten seconds; a slot lives for thirty.
    expect(lifetimes[0]).toBeLessThanOrEqual(10_000);
    expect(lifetimes[1]).toBeLessThanOrEqual(30_000);
    expect(Math.min(...lifetimes)).toBeGreaterThan(0);
    await Promise.all(stores.map((store) => store.close()));
    await close();
  });

  it('hear of an end before the next request of the same process', async () => {
    const { stores, close } = await openHarness();
    const rate = { key: 'key:one:tpm', measure: 'tokens', max: 100, windowMs: 3_600_000, label: '' } as const;
    const limits: LimitSet = { rates: [rate], slots: [{ key: 'key:one:slots', max: 1, label: '' }] };
    expect((await stores[0].take(limits, 80, 'request-1')).status).toBe('taken');
    const corrected = stores[0].correct({ limits, amounts: [-50], id: 'request-1' });
    expect((await stores[0].take(limits, 70, 'request-2')).status).toBe('taken');
    await corrected;
    await close();
  });

  it('leave no key behind that does not expire, whatever was done', async () => {
    const { client, pattern, stores, passTime, close } = await openHarness();
    const [store] = stores;
    const limitsOf = (key: number): LimitSet => ({
      rates: [
        { key: `key:${key}:rpm`, measure: 'requests', max: 60, windowMs: 60_000, label: '' },
        { key: `key:${key}:tpm`, measure: 'tokens', max: 1_000, windowMs: 60_000, label: '' },
      ],
      slots: [{ key: `key:${key}:slots`, max: 2, label: '' }],
    });
    for (let round = 0; round < 300; round += 1) {
      const limits = limitsOf(round % 100);
      const id = `request-${round}`;
      await store.take(limits, 700, id);
      // Used more than was taken, less than was taken, and never heard of again.
      if (round % 3 !== 2) await store.correct({ limits, amounts: [0, round % 3 === 0 ? 900 : -600], id });
      else await store.renew([{ id, slots: limits.slots }]);
      if (round % 60 === 0) await passTime(round % 120 === 0 ? -5_000 : 5_000);
    }
    const keys = await client.keys(pattern);
    expect(keys.length).toBeGreaterThan(100);
    const known = await Promise.all(keys.map((key) => client.pttl(key)));
    // A unit comes back within a second: some have expired meanwhile, or do so in this millisecond.
    expect(known.filter((lifetime) => lifetime !== EXPIRED).length).toBeGreaterThan(50);
    expect(known).not.toContain(NEVER_EXPIRES);
    expect(Math.max(...known)).toBeLessThanOrEqual(120_000);
    await Promise.all(stores.map((opened) => opened.close()));
    await close();
  });

  it('fill again after the clock of the server was set back', async () => {
    const { passTime, stores, close } = await openHarness();
    const limits: LimitSet = {
      rates: [{ key: 'key:one:rpm', measure: 'requests', max: 1, windowMs: 600_000, label: '' }],
      slots: [],
    };
    await stores[0].take(limits, 0, 'request-1');
    await passTime(-3_600_000);
    expect(await stores[0].take(limits, 0, 'request-2')).toMatchObject({ status: 'refused' });
    await passTime(600_000);
    expect(await stores[0].take(limits, 0, 'request-3')).toMatchObject({ status: 'taken' });
    await Promise.all(stores.map((store) => store.close()));
    await close();
  });
});
