import { newId, type JournalId } from '@tollgate/contracts';
import { FakeLogger, testServers, uniqueName } from '@tollgate/testing';
import { Redis } from 'ioredis';
import { LeasedAdmission } from '../src/leased/leased-admission.js';
import { RedisQuotaStore } from '../src/redis/redis-quota-store.js';

/** Several proxies that lease from the same accounts in Redis, each over a store of its own. */
export class LeasingProxies {
  readonly #url = testServers().redisUrl;
  readonly #prefix = uniqueName('proxies');
  readonly #stores: RedisQuotaStore[] = [];
  /** Billing's. */
  readonly store = this.#openStore();
  readonly holders: readonly JournalId[];
  readonly admissions: readonly LeasedAdmission[];

  private constructor(count: number) {
    this.holders = Array.from({ length: count }, () => newId<JournalId>());
    this.admissions = this.holders.map((holder) => {
      const options = { store: this.#openStore(), holder, logger: new FakeLogger() };
      return new LeasedAdmission({ ...options, onStoreDown: () => 'closed' });
    });
  }

  /** `amounts`: account → what it has. */
  static async start(count: number, amounts: Readonly<Record<string, bigint>>): Promise<LeasingProxies> {
    const proxies = new LeasingProxies(count);
    const accounts = Object.entries(amounts).map(([account, amount]) => ({
      ...{ account, credited: amount, balance: amount, version: 1n },
    }));
    await proxies.store.rebuild({ accounts, leases: [], recoverMs: 0 });
    return proxies;
  }

  /** The proxies give back what they hold; billing goes on. */
  async closeAdmissions(): Promise<void> {
    await Promise.all(this.admissions.map((admission) => admission.close()));
  }

  async stop(): Promise<void> {
    await this.closeAdmissions();
    await Promise.all(this.#stores.map((store) => store.close()));
    const client = new Redis(this.#url);
    const keys = await client.keys(`{${this.#prefix}:*`);
    if (keys.length > 0) await client.unlink(...keys);
    await client.quit();
  }

  #openStore(): RedisQuotaStore {
    const store = new RedisQuotaStore({ url: this.#url, prefix: this.#prefix, logger: new FakeLogger() });
    this.#stores.push(store);
    return store;
  }
}
