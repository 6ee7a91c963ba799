import type { CacheMark, JsonObject } from '../canonical/part.js';
import type { CacheControl } from './wire.js';

export function decodeCache({ cache_control }: { readonly cache_control?: CacheControl }): {
  cache?: CacheMark;
} {
  if (cache_control === undefined || cache_control === null) return {};
  return { cache: cache_control.ttl === undefined ? {} : { ttl: cache_control.ttl } };
}

export function encodeCache({ cache }: { readonly cache?: CacheMark }): JsonObject {
  return cache === undefined ? {} : { cache_control: { type: 'ephemeral', ...cache } };
}
