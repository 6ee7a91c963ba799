import type { ChannelId, RoutingStrategy } from '@tollgate/contracts';
import type { Candidate, PoolMember } from './candidate.js';
import { Tier } from './tier.js';

/** All channels that can serve a kind of request, in tiers of priority from high to low. Shared by all its requests. */
export class ChannelPool<Channel extends Candidate> {
  readonly tiers: readonly Tier<Channel>[];
  readonly size: number;
  /** Channels times their credentials. */
  readonly candidates: number;
  /** What some member lacks: requests that need none of it are not looked into. */
  readonly lacks: number;
  private byId: ReadonlyMap<ChannelId, PoolMember<Channel>> | undefined;

  constructor(
    members: readonly PoolMember<Channel>[],
    readonly strategy: RoutingStrategy,
  ) {
    const byPriority = new Map<number, PoolMember<Channel>[]>();
    for (const member of members) {
      const tier = byPriority.get(member.channel.priority);
      if (tier === undefined) byPriority.set(member.channel.priority, [member]);
      else tier.push(member);
    }
    this.tiers = [...byPriority]
      .sort(([a], [b]) => b - a)
      .map(([, tier]) => new Tier(strategy === 'lowest-cost' ? cheapestFirst(tier) : tier));
    this.size = members.length;
    this.candidates = members.reduce((sum, { channel }) => sum + channel.load.credentials, 0);
    this.lacks = members.reduce((lacks, member) => lacks | member.lacks, 0);
  }

  /** `undefined`: the channel is not in the pool. */
  member(id: ChannelId): PoolMember<Channel> | undefined {
    if (this.byId === undefined) {
      const members = this.tiers.flatMap((tier) => tier.members);
      this.byId = new Map(members.map((member) => [member.channel.id, member]));
    }
    return this.byId.get(id);
  }

  /** The same for fewer channels. */
  narrowed(fits: (channel: Channel) => boolean): ChannelPool<Channel> {
    const members = this.tiers.flatMap((tier) => tier.members.filter(({ channel }) => fits(channel)));
    return new ChannelPool(members, this.strategy);
  }

  get channels(): readonly Channel[] {
    return this.tiers.flatMap(({ members }) => members.map(({ channel }) => channel));
  }
}

/** Costs may be infinite, so they can't be subtracted. */
function cheapestFirst<Channel extends Candidate>(members: PoolMember<Channel>[]): PoolMember<Channel>[] {
  return members.sort((a, b) => (a.cost === b.cost ? 0 : a.cost < b.cost ? -1 : 1));
}
