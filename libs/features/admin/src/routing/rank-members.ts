import {
  ChannelPlan,
  isRank,
  RANKS,
  type Candidate,
  type ChannelPool,
  type Exclusion,
  type HealthView,
  type PoolMember,
  type Rank,
} from '@tollgate/routing';

/** Steps that a bound request is followed for; who comes later is told by weight. */
const STEPS_MAX = 100;

export interface RankInput<Channel extends Candidate> {
  readonly pool: ChannelPool<Channel>;
  readonly health: HealthView;
  /** As a set of capability bits. */
  readonly needs: number;
  readonly tags: readonly string[];
  readonly affinity: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface RankedMember<Channel extends Candidate> {
  readonly member: PoolMember<Channel>;
  readonly state: Rank;
  /** Position; `null`: one of several, as the channel chooses them. */
  readonly credential: number | null;
  /** From 0 to 1, of those of its tier that stand as it does; `null`: only a proxy knows. */
  readonly share: number | null;
}

export interface UnfitMember<Channel extends Candidate> {
  readonly member: PoolMember<Channel>;
  readonly reason: Exclusion;
}

/** The members of a pool in the order in which a request would try them, likelier ones first where it draws. */
export function rankMembers<Channel extends Candidate>(
  input: RankInput<Channel>,
): { readonly ranked: RankedMember<Channel>[]; readonly unfit: UnfitMember<Channel>[] } {
  const { pool, now } = input;
  const plan = planOf(input);
  // Sets the time that standings are told for.
  plan.next(now, 0);
  const bound = followBound(input);
  const ranked: RankedMember<Channel>[] = [];
  const unfit: UnfitMember<Channel>[] = [];
  for (const { members } of pool.tiers) {
    const byRank = new Map<Rank, PoolMember<Channel>[]>(RANKS.map((rank) => [rank, []]));
    for (const member of members) {
      const standing = plan.standingOf(member);
      if (isRank(standing)) byRank.get(standing)?.push(member);
      else unfit.push({ member, reason: standing });
    }
    for (const [state, alike] of byRank) ranked.push(...rankAlike(alike, state, input, bound));
  }
  return { ranked, unfit };
}

function planOf<Channel extends Candidate>({ pool, health, needs, tags, affinity }: RankInput<Channel>) {
  return new ChannelPlan({ pool, health, needs, tags, affinity, random: () => 0 });
}

/** Where a request with a key goes, step by step: the credential of each member, in the order of the steps. */
function followBound<Channel extends Candidate>(
  input: RankInput<Channel>,
): ReadonlyMap<PoolMember<Channel>, number> {
  const steps = new Map<PoolMember<Channel>, number>();
  if (input.affinity === undefined) return steps;
  const plan = planOf(input);
  while (steps.size < STEPS_MAX) {
    const member = plan.next(input.now, 0);
    if (member === undefined) break;
    steps.set(member, plan.credential);
    plan.ruleOut('channel');
  }
  return steps;
}

/** Members of one tier that stand alike. */
function rankAlike<Channel extends Candidate>(
  members: readonly PoolMember<Channel>[],
  state: Rank,
  input: RankInput<Channel>,
  bound: ReadonlyMap<PoolMember<Channel>, number>,
): RankedMember<Channel>[] {
  const isBound = state === 'healthy' && input.affinity !== undefined;
  const byCost = state === 'healthy' && input.pool.strategy === 'lowest-cost';
  const steps = [...bound.keys()];
  const stepOf = (member: PoolMember<Channel>): number => {
    const step = isBound ? steps.indexOf(member) : -1;
    return step === -1 ? STEPS_MAX : step;
  };
  const sorted = [...members].sort(
    (a, b) =>
      stepOf(a) - stepOf(b) ||
      Number(a.channel.weight === 0) - Number(b.channel.weight === 0) ||
      (byCost ? compare(a.cost, b.cost) : 0) ||
      b.channel.weight - a.channel.weight,
  );
  const shares = isBound ? sorted.map((_, index) => (index === 0 ? 1 : 0)) : sharesOf(sorted, state, input);
  return sorted.map((member, index) => ({
    ...{ member, state, share: shares?.[index] ?? null },
    credential: bound.get(member) ?? onlyCredential(member, input),
  }));
}

/** `undefined`: they depend on what only a proxy sees. */
function sharesOf<Channel extends Candidate>(
  sorted: readonly PoolMember<Channel>[],
  state: Rank,
  { pool: { strategy } }: RankInput<Channel>,
): readonly number[] | undefined {
  const drawn = state !== 'healthy' || sorted.length === 1;
  if (!drawn && (strategy === 'least-in-flight' || strategy === 'lowest-latency')) return undefined;
  const [first] = sorted;
  const weights = sorted.map(({ cost, channel: { weight } }) =>
    drawn || strategy !== 'lowest-cost' || cost === first?.cost ? weight : 0,
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (sum === 0 ? 1 / sorted.length : weight / sum));
}

/** Of the credentials that stand best, the only one; `null` when there are several. */
function onlyCredential<Channel extends Candidate>(
  { channel }: PoolMember<Channel>,
  { health, now }: RankInput<Channel>,
): number | null {
  const states = Array.from({ length: channel.load.credentials }, (_, position) =>
    health.credentialState(channel.id, position, now),
  );
  const best = (['half-open', 'healthy', 'degraded'] as const).find((state) => states.includes(state));
  const position = best === undefined ? -1 : states.indexOf(best);
  return position === -1 || position !== states.lastIndexOf(best ?? 'open') ? null : position;
}

/** Costs may be infinite, so they can't be subtracted. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
