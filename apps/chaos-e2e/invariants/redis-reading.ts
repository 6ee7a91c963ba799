import { Redis } from 'ioredis';

const SCAN_COUNT = 1_000;

/** A connection of its own, for as long as the reading takes; an answer that does not come is a failure at once. */
export async function withRedis<Result>(
  redisUrl: string,
  read: (redis: Redis) => Promise<Result>,
): Promise<Result> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, retryStrategy: null });
  redis.on('error', () => undefined);
  try {
    return await read(redis);
  } finally {
    redis.disconnect();
  }
}

export async function keysWith(redis: Redis, prefix: string): Promise<string[]> {
  const keys = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', SCAN_COUNT);
    cursor = next;
    found.forEach((key) => keys.add(key));
  } while (cursor !== '0');
  return [...keys];
}
