import { describeQuotaStore, FakeLogger, testServers, uniqueName } from '@tollgate/testing';
import { Redis } from 'ioredis';
import { RedisQuotaStore } from './redis-quota-store.js';

describeQuotaStore(
  'Redis',
  async () => {
    const url = testServers().redisUrl;
    const prefix = uniqueName('admission');
    const client = new Redis(url);
    const removeAll = async (): Promise<void> => {
      const keys = await client.keys(`{${prefix}:*`);
      if (keys.length > 0) await client.unlink(...keys);
    };
    return {
      store: new RedisQuotaStore({ url, prefix, logger: new FakeLogger() }),
      loseData: removeAll,
      passTime: () => undefined,
      now: () => Date.now(),
      close: async () => {
        await removeAll();
        await client.quit();
      },
    };
  },
  { histories: 40 },
);
