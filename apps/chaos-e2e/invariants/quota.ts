import type { Redis } from 'ioredis';
import { keysWith, withRedis } from './redis-reading.js';

/** What the quota store knows of one account, in nano-USD. */
export interface AccountQuota {
  readonly available: bigint;
  /** Granted to proxies and not consumed: sum over leases. */
  readonly held: bigint;
}

const ROOT = '{tollgate:quota}:';

/**
 * Reads the store's current epoch by its documented layout, past every service.
 *
 * @throws while the store waits to be rebuilt, or for leases to be attached again: what it says then is of the past.
 */
export function readQuota(redisUrl: string): Promise<ReadonlyMap<string, AccountQuota>> {
  return withRedis(redisUrl, async (redis) => {
    const epoch = await epochInForce(redis);
    const held = await heldOf(redis, `${ROOT}${epoch}:lease:`);
    const prefix = `${ROOT}${epoch}:account:`;
    const quota = new Map<string, AccountQuota>();
    for (const key of await keysWith(redis, prefix)) {
      const account = key.slice(prefix.length);
      const available = BigInt((await redis.hget(key, 'available')) ?? '0');
      quota.set(account, { available, held: held.get(account) ?? 0n });
    }
    return quota;
  });
}

async function epochInForce(redis: Redis): Promise<string> {
  const { epoch, run, recoverUntil } = await redis.hgetall(`${ROOT}state`);
  if (epoch === undefined) throw new Error('The quota store is blank.');
  const server = await redis.info('server');
  if (run === undefined || !server.includes(run)) throw new Error('The quota store waits to be rebuilt.');
  const [seconds = 0] = await redis.time();
  if (Number(recoverUntil) > Number(seconds) * 1_000)
    throw new Error('The quota store waits for its leases.');
  return epoch;
}

async function heldOf(redis: Redis, prefix: string): Promise<Map<string, bigint>> {
  const held = new Map<string, bigint>();
  for (const key of await keysWith(redis, prefix)) {
    const { account = '', granted = '0', consumed = '0' } = await redis.hgetall(key);
    held.set(account, (held.get(account) ?? 0n) + BigInt(granted) - BigInt(consumed));
  }
  return held;
}
