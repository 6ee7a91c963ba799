import { describe, expect, it } from '@jest/globals';
import type { ChannelId, RoutingStrategy } from '@tollgate/contracts';
import { ALL_HEALTHY, ChannelLoad, ChannelPool, HealthView, type PoolMember } from '@tollgate/routing';
import { rankMembers } from './rank-members.js';

interface Channel {
  readonly id: ChannelId;
  readonly priority: number;
  readonly weight: number;
  readonly credentialChoice: 'random';
  readonly tags: readonly string[];
  readonly load: ChannelLoad;
}

function member(id: string, weight: number, cost = Infinity, credentials = 1): PoolMember<Channel> {
  const channel: Channel = {
    ...{ id: id as ChannelId, priority: 0, weight, credentialChoice: 'random', tags: [] },
    load: new ChannelLoad(credentials),
  };
  return { channel, model: 'm', upstream: 'm', cost, lacks: 0 };
}

function told(members: PoolMember<Channel>[], strategy: RoutingStrategy, health = ALL_HEALTHY) {
  const pool = new ChannelPool(members, strategy);
  const { ranked } = rankMembers({ pool, health, needs: 0, tags: [], affinity: undefined, now: 0 });
  return ranked.map(({ member: { channel }, share, credential }) => [channel.id, share, credential]);
}

describe('the order of candidates', () => {
  it('shares by weight; weight 0 comes last and gets nothing', () => {
    const members = [member('none', 0), member('light', 1), member('heavy', 4)];
    expect(told(members, 'weighted')).toEqual([
      ['heavy', 0.8, 0],
      ['light', 0.2, 0],
      ['none', 0, 0],
    ]);
  });

  it('shares evenly when all weights are 0', () => {
    expect(told([member('a', 0), member('b', 0)], 'weighted').map(([, share]) => share)).toEqual([0.5, 0.5]);
  });

  it('gives all to the cheapest, which share by weight, and puts unknown costs last', () => {
    const members = [
      member('unknown', 9),
      member('dear', 1, 20),
      member('cheap', 1, 10),
      member('as cheap', 3, 10),
    ];
    expect(told(members, 'lowest-cost')).toEqual([
      ['as cheap', 0.75, 0],
      ['cheap', 0.25, 0],
      ['dear', 0, 0],
      ['unknown', 0, 0],
    ]);
  });

  it.each(['lowest-latency', 'least-in-flight'] as const)('can not tell the shares of %s', (strategy) => {
    expect(told([member('a', 1), member('b', 1)], strategy).map(([, share]) => share)).toEqual([null, null]);
  });

  it('names the credential where only one is the next', () => {
    const part = { position: 0, state: 'open', reason: 'refused', retryAt: null } as const;
    const status = {
      channelId: 'a' as ChannelId,
      state: 'healthy',
      reason: '',
      since: 0,
      retryAt: null,
    } as const;
    const health = new HealthView(new Map([['a', { ...status, credentials: [part] }]]));
    expect(told([member('a', 1, 1, 2)], 'weighted', health)).toEqual([['a', 1, 1]]);
    expect(told([member('a', 1, 1, 2)], 'weighted')).toEqual([['a', 1, null]]);
  });
});
