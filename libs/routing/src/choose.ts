import type { RoutingStrategy } from '@tollgate/contracts';
import type { Candidate, PoolMember } from './candidate.js';
import type { Judge, Rank } from './standing.js';
import type { Tier } from './tier.js';

/** Draws that may hit an unfit member before all members are looked at. */
const DRAWS_MAX = 4;
/** Members that are compared one by one; of larger tiers a sample is. */
const COMPARED_MAX = 32;
const SAMPLE_SIZE = 8;

type Chosen<Channel extends Candidate> = PoolMember<Channel> | undefined;

/** One of the tier's healthy members, by the strategy; `undefined` when it has none. */
export function chooseHealthy<Channel extends Candidate>(
  tier: Tier<Channel>,
  strategy: RoutingStrategy,
  judge: Judge<Channel>,
): Chosen<Channel> {
  switch (strategy) {
    case 'weighted':
      return drawHealthy(tier, judge);
    case 'round-robin':
      return nextInTurn(tier, judge);
    case 'least-in-flight':
      return lighterOfTwo(tier, judge);
    case 'lowest-latency':
      return fastest(tier, judge);
    case 'lowest-cost':
      return cheapest(tier, judge);
  }
}

/** One of those that stand so, by weight; weights that are all 0 count as equal. */
export function drawAmong<Channel extends Candidate>(
  members: readonly PoolMember<Channel>[],
  wanted: Rank,
  judge: Judge<Channel>,
): Chosen<Channel> {
  let weight = 0;
  let count = 0;
  for (const member of members) {
    if (judge.standingOf(member) !== wanted) continue;
    weight += member.channel.weight;
    count += 1;
  }
  if (count === 0) return undefined;
  let point = judge.random() * (weight === 0 ? count : weight);
  let last: Chosen<Channel>;
  for (const member of members) {
    if (judge.standingOf(member) !== wanted) continue;
    const share = weight === 0 ? 1 : member.channel.weight;
    point -= share;
    if (share > 0) last = member;
    if (point < 0) return last;
  }
  return last;
}

/** By weight: a draw that hits an unfit member is drawn again, which leaves the shares of the others as they are. */
function drawHealthy<Channel extends Candidate>(tier: Tier<Channel>, judge: Judge<Channel>): Chosen<Channel> {
  if (tier.members.length > 1) {
    for (let draw = 0; draw < DRAWS_MAX; draw += 1) {
      const member = tier.draw(judge.random());
      if (member === undefined) break;
      if (judge.standingOf(member) === 'healthy') return member;
    }
  }
  return drawAmong(tier.members, 'healthy', judge);
}

/** Members of weight 0 have no turn: they stand in. */
function nextInTurn<Channel extends Candidate>(tier: Tier<Channel>, judge: Judge<Channel>): Chosen<Channel> {
  const { members } = tier;
  const first = tier.nextTurn();
  for (let step = 0; step < members.length; step += 1) {
    const member = members[(first + step) % members.length];
    if (member !== undefined && member.channel.weight > 0 && judge.standingOf(member) === 'healthy')
      return member;
  }
  return drawAmong(members, 'healthy', judge);
}

/** Power of two choices: nearly as even as the least of all, without looking at all, and without a herd. */
function lighterOfTwo<Channel extends Candidate>(
  tier: Tier<Channel>,
  judge: Judge<Channel>,
): Chosen<Channel> {
  const one = drawHealthy(tier, judge);
  if (one === undefined) return undefined;
  for (let draw = 0; draw < DRAWS_MAX; draw += 1) {
    const other = drawHealthy(tier, judge);
    if (other === undefined || other === one) continue;
    return pressure(other.channel) < pressure(one.channel) ? other : one;
  }
  return one;
}

function pressure({ load, weight }: Candidate): number {
  return load.inFlight / weight;
}

/** The lowest remembered time to the first byte, times the requests that wait for theirs; what is unknown comes first. */
function fastest<Channel extends Candidate>(tier: Tier<Channel>, judge: Judge<Channel>): Chosen<Channel> {
  const { members } = tier;
  const lowest = new Lowest(judge);
  if (members.length <= COMPARED_MAX)
    for (const member of members) lowest.offer(member, delay(member, judge));
  else {
    for (let sample = 0; sample < SAMPLE_SIZE; sample += 1) {
      const member = drawHealthy(tier, judge);
      if (member !== undefined) lowest.offer(member, delay(member, judge));
    }
  }
  return lowest.member ?? drawAmong(members, 'healthy', judge);
}

function delay<Channel extends Candidate>(
  { channel: { load } }: PoolMember<Channel>,
  { monotonic }: Judge<Channel>,
): number {
  return load.firstByte.at(monotonic) * (load.inFlight + 1);
}

/** The tier stands cheapest first: nothing behind the first fit price need be looked at. */
function cheapest<Channel extends Candidate>(tier: Tier<Channel>, judge: Judge<Channel>): Chosen<Channel> {
  const lowest = new Lowest(judge);
  for (const member of tier.members) {
    if (lowest.member !== undefined && member.cost > lowest.score) break;
    lowest.offer(member, member.cost);
  }
  return lowest.member ?? drawAmong(tier.members, 'healthy', judge);
}

/** The healthy member with the lowest score; equal ones share by weight. Members of weight 0 stand in for others only. */
class Lowest<Channel extends Candidate> {
  member: Chosen<Channel>;
  score = Infinity;
  private weight = 0;

  constructor(private readonly judge: Judge<Channel>) {}

  offer(member: PoolMember<Channel>, score: number): void {
    const { weight } = member.channel;
    if (weight === 0 || score > this.score || this.judge.standingOf(member) !== 'healthy') return;
    this.weight = score < this.score ? weight : this.weight + weight;
    // Each of the equal ones so far is the one with its share of the weight.
    if (
      this.member === undefined ||
      score < this.score ||
      this.judge.random() * this.weight >= this.weight - weight
    )
      this.member = member;
    this.score = score;
  }
}
