import type { CapKind, SharedCap } from '@tollgate/admission';
import type { ChannelCaps } from '@tollgate/routing';
import type { RoutableChannel } from './routable-channel.js';

const CAPS = [
  { name: 'inflight', kind: 'gauge', counterOf: (caps) => caps.inFlight },
  { name: 'rpm', kind: 'minute', counterOf: (caps) => caps.requests },
  { name: 'tpm', kind: 'minute', counterOf: (caps) => caps.tokens },
] as const satisfies readonly {
  readonly name: string;
  readonly kind: CapKind;
  readonly counterOf: (caps: ChannelCaps) => SharedCap['counter'];
}[];

/** The caps of vendor accounts, which all proxies have together. */
export function sharedCaps(channels: ReadonlyMap<string, RoutableChannel>): readonly SharedCap[] {
  const shared: SharedCap[] = [];
  for (const { id, load } of channels.values()) {
    if (load.caps === undefined) continue;
    for (const { name, kind, counterOf } of CAPS) {
      const counter = counterOf(load.caps);
      if (counter.max < Infinity)
        shared.push({ key: `channel:${id}:${name}`, kind, max: counter.max, counter });
    }
  }
  return shared;
}
