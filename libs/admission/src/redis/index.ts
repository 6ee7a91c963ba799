export { RedisLimitStore, type RedisLimitStoreOptions } from '../limits/redis-limit-store.js';
export { RedisQuotaStore, type RedisQuotaStoreOptions } from './redis-quota-store.js';
