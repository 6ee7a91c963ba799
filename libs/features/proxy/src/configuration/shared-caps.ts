import type { SharedCap } from '@tollgate/admission';
import type { RoutableChannel } from './routable-channel.js';

/** The caps of vendor accounts that all proxies have together: those over a minute. What runs at once, each counts alone. */
export function sharedCaps(channels: ReadonlyMap<string, RoutableChannel>): readonly SharedCap[] {
  const caps: SharedCap[] = [];
  for (const { id, load } of channels.values()) {
    if (load.caps === undefined) continue;
    const { requests, tokens } = load.caps;
    if (requests.max < Infinity)
      caps.push({ key: `channel:${id}:rpm`, max: requests.max, counter: requests });
    if (tokens.max < Infinity) caps.push({ key: `channel:${id}:tpm`, max: tokens.max, counter: tokens });
  }
  return caps;
}
