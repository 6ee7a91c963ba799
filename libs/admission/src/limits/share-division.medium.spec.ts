import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeLogger, ManualClock, testServers, uniqueName } from '@tollgate/testing';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { FakeShareStore } from '../../test-support/fake-share-store.js';
import { makeOlder } from '../../test-support/older-shares.js';
import { RedisLimitStore } from './redis-limit-store.js';

const HOLDERS = ['one', 'two', 'three', 'four'];
/** No sum of it is just short of a turn, a silence or a lifetime: real time passes besides. */
const STEP_MS = 640;
const LAPSE_MS = 10_000;

describe('what Redis grants', () => {
  let client: Redis;
  let store: RedisLimitStore;
  let prefix: string;

  beforeEach(() => {
    const url = testServers().redisUrl;
    prefix = uniqueName('division');
    client = new Redis(url);
    store = new RedisLimitStore({ url, prefix, logger: new FakeLogger() });
  });
  afterEach(async () => {
    await store.close();
    const keys = await client.keys(`{${prefix}:limits}:*`);
    if (keys.length > 0) await client.unlink(...keys);
    await client.quit();
  });

  const step = fc.record({
    holder: fc.constantFrom(...HOLDERS),
    needs: fc.nat(12),
    /** Of what it was granted: a process keeps no more. */
    keptPart: fc.constantFrom(0, 0.5, 1, 1),
    steps: fc.constantFrom(0, 0, 0, 1, 1, 2, 6, 17),
    leaving: fc.constantFrom(false, false, false, false, true),
  });

  it('is what the rules say, and never more than the cap, whatever is stated', async () => {
    let histories = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(step, { maxLength: 40 }),
        async (max, steps) => {
          const clock = new ManualClock();
          const rules = new FakeShareStore(clock);
          const key = `c${(histories += 1)}`;
          const last = new Map<string, { readonly granted: number; readonly at: number }>();
          for (const { holder, needs, keptPart, steps: passed, leaving } of steps) {
            // Two turns never begin at the same time.
            const elapsed = passed * STEP_MS + 1;
            clock.advance(elapsed);
            await makeOlder(client, `{${prefix}:limits}:${key}`, elapsed);
            const { granted, at } = last.get(holder) ?? { granted: 0, at: 0 };
            // What has lapsed must not be kept.
            const keep = clock.monotonic() - at > LAPSE_MS ? 0 : Math.floor(granted * keptPart);
            const statement = { key, max, needs: Math.min(needs, max), keep, lapseMs: LAPSE_MS };
            const [share] = await store.state(holder, [statement], leaving);
            expect([share]).toEqual(await rules.state(holder, [statement], leaving));
            expect(rules.granted(key)).toBeLessThanOrEqual(max);
            last.set(holder, { granted: share?.granted ?? 0, at: clock.monotonic() });
          }
        },
      ),
      { seed: 20_261_126, numRuns: 60 },
    );
  });
});
