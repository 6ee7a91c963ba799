import { withRedis, keysWith } from './redis-reading.js';

const ROOT = '{tollgate:limits}:';

/** Slots of concurrency limits that are taken, by the store's documented layout, past every service. */
export function readSlotsTaken(redisUrl: string): Promise<number> {
  return withRedis(redisUrl, async (redis) => {
    const [seconds] = await redis.time();
    let taken = 0;
    for (const key of await keysWith(redis, ROOT)) {
      if (key.endsWith(':slots')) taken += await redis.zcount(key, Number(seconds) * 1_000, '+inf');
    }
    return taken;
  });
}
