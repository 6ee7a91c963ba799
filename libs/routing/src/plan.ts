import type { ChannelId, ChannelState } from '@tollgate/contracts';

/** A channel as routing sees it. */
export interface Candidate {
  readonly id: ChannelId;
  /** Higher first. */
  readonly priority: number;
  /** Share among equal priorities. */
  readonly weight: number;
}

/** What channel-health says of a channel, and what this proxy itself is trying. */
export interface CandidateHealth {
  readonly state: ChannelState;
  /** A half-open channel gets one trial at a time from each proxy. */
  readonly trialUnderWay: boolean;
}

/** From 0 (included) to 1 (excluded); injected, so that a plan can be replayed. */
export type Random = () => number;

/** Whether a channel takes traffic now, and after whom: a lower rank comes first within its priority. */
function rank(health: CandidateHealth): number | null {
  switch (health.state) {
    case 'healthy':
      return 0;
    case 'half-open':
      // A trial comes first, or a channel that has healthy peers would never be tried again.
      return health.trialUnderWay ? null : -1;
    case 'degraded':
      return 1;
    case 'open':
      return null;
  }
}

/**
 * The channels that may serve one request, in the order in which they are tried: priorities from high to low; within
 * one, trials, then healthy channels, then degraded ones, each drawn by weight without replacement.
 *
 * Drawn lazily: most requests need the first only. Never gives a channel twice.
 */
export class ChannelPlan<Channel extends Candidate> {
  private readonly remaining: { readonly channel: Channel; readonly rank: number }[] = [];

  constructor(
    candidates: readonly Channel[],
    healthOf: (channel: Channel) => CandidateHealth,
    private readonly random: Random,
  ) {
    for (const channel of candidates) {
      const order = rank(healthOf(channel));
      if (order !== null) this.remaining.push({ channel, rank: order });
    }
  }

  /** The next channel to try; `undefined` when none is left. */
  next(): Channel | undefined {
    const first = this.remaining[0];
    if (first === undefined) return undefined;
    let best = first;
    for (const entry of this.remaining) if (comesBefore(entry, best)) best = entry;
    const tier = this.remaining.filter((entry) => !comesBefore(best, entry));
    const drawn = draw(tier, this.random);
    this.remaining.splice(this.remaining.indexOf(drawn), 1);
    return drawn.channel;
  }
}

type Ranked = { readonly channel: Candidate; readonly rank: number };

function comesBefore(a: Ranked, b: Ranked): boolean {
  if (a.channel.priority !== b.channel.priority) return a.channel.priority > b.channel.priority;
  return a.rank < b.rank;
}

/** One of the tier, by weight; weights that are all 0 count as equal. */
function draw<Entry extends Ranked>(tier: readonly Entry[], random: Random): Entry {
  const only = tier[0];
  if (only === undefined) throw new Error('a tier is never empty');
  if (tier.length === 1) return only;
  const total = tier.reduce((sum, { channel }) => sum + channel.weight, 0);
  if (total === 0) return tier[Math.floor(random() * tier.length)] ?? only;
  let point = random() * total;
  for (const entry of tier) {
    point -= entry.channel.weight;
    if (point < 0) return entry;
  }
  return only;
}
