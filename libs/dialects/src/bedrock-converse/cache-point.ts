import type { CacheMark } from '../canonical/part.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import type { Block } from './wire.js';

/** The block that stands behind what shall be cached. https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */
export function encodeCachePoint(
  cache: CacheMark | undefined,
  { cacheMarks }: TargetProfile,
  warnings: Warnings,
): readonly Block[] {
  if (cache === undefined) return [];
  if (!cacheMarks) {
    warnings.add('dropped', 'cache', 'the model caches nothing, or without being told');
    return [];
  }
  // Five minutes are what all models that cache do unasked.
  return [{ cachePoint: { type: 'default', ...(cache.ttl === '1h' ? { ttl: '1h' } : {}) } }];
}
