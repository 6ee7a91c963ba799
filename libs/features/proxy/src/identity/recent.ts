import { LRUCache } from 'lru-cache';

/**
 * What was used last, within a bound. A Map whose oldest key is taken out does not do: it finds that behind the places of
 * all that went before.
 *
 * @param capacity entries; memory is taken as they come, not ahead
 */
export function recent<Value extends object | string>(capacity: number): LRUCache<string, Value> {
  return new LRUCache({ maxSize: capacity, sizeCalculation: () => 1 });
}
