import type { ChannelId, ChannelStatusDocument, RoutingStrategy } from '@tollgate/contracts';
import type { Candidate, PoolMember } from '../src/candidate.js';
import { ChannelLoad } from '../src/channel-load.js';
import { HealthView } from '../src/health-view.js';
import { ChannelPool } from '../src/pool.js';
import type { Random } from '../src/random.js';

export type TestChannel = Candidate;

export interface ChannelSpec extends Partial<
  Pick<Candidate, 'priority' | 'weight' | 'credentialChoice' | 'tags'>
> {
  readonly id: string;
  readonly credentials?: number;
  readonly cost?: number;
  readonly lacks?: number;
}

/** A channel that serves the model `m`, known to its vendor as `u`. */
export function member(spec: ChannelSpec): PoolMember<TestChannel> {
  const { id, priority = 0, weight = 1, credentials = 1, credentialChoice = 'round-robin', tags = [] } = spec;
  const load = new ChannelLoad(credentials);
  return {
    channel: { id: id as ChannelId, priority, weight, credentialChoice, tags, load },
    model: 'm',
    upstream: 'u',
    cost: spec.cost ?? Infinity,
    lacks: spec.lacks ?? 0,
  };
}

export function poolOf(
  specs: readonly ChannelSpec[],
  strategy: RoutingStrategy = 'weighted',
): ChannelPool<TestChannel> {
  return new ChannelPool(specs.map(member), strategy);
}

export function healthOf(
  states: Readonly<Record<string, Pick<ChannelStatusDocument, 'state'> & Partial<ChannelStatusDocument>>>,
): HealthView {
  return new HealthView(
    new Map(
      Object.entries(states).map(([id, status]) => [
        id,
        { channelId: id as ChannelId, reason: '', since: 0, retryAt: null, ...status },
      ]),
    ),
  );
}

/** A small generator with a seed (mulberry32), so that every run is the same. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
