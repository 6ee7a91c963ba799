import type { ChannelId } from '@tollgate/contracts';
import { belongsTo, firstPosition, type AffinityTarget } from './affinity.js';
import type { Blame } from './blame.js';
import type { Candidate, PoolMember } from './candidate.js';
import { chooseHealthy, drawAmong } from './choose.js';
import type { HealthView } from './health-view.js';
import type { ChannelPool } from './pool.js';
import type { Random } from './random.js';
import { better, isRank, type Exclusion, type Judge, type Standing } from './standing.js';
import type { Tier } from './tier.js';

export interface PlanInput<Channel extends Candidate> {
  readonly pool: ChannelPool<Channel>;
  readonly health: HealthView;
  readonly random: Random;
  /** What the request needs, as a set of capability bits. */
  readonly needs?: number;
  /** What channels must be tagged with. */
  readonly tags?: readonly string[] | undefined;
  /** Only this credential: of the one channel that holds what the request goes on with. */
  readonly credential?: number | undefined;
  /** Requests with the same key belong to the same channel and credential. */
  readonly affinity?: number | undefined;
  /** Where the last request with the key went. */
  readonly preferred?: AffinityTarget | undefined;
}

/** What of a channel the request has used up. */
interface Tried {
  readonly channel: ChannelId;
  /** Position of a credential; `null`: all of the channel. */
  readonly credential: number | null;
}

/**
 * The order in which one request tries channels and their credentials: tiers of priority from high to low; within one,
 * trials, then healthy channels, then degraded ones, by the pool's strategy. Never the same channel and credential twice.
 * Decided step by step: most requests need the first only, and what happens meanwhile counts.
 */
export class ChannelPlan<Channel extends Candidate> implements Judge<Channel> {
  /** Of the candidate given last: the position of its credential. */
  credential = 0;
  /** Of the candidate given last: the request is the trial of a half-open channel, model or credential. */
  trial = false;
  monotonic = 0;
  private now = 0;
  private tier = 0;
  private current: PoolMember<Channel> | undefined;
  private tried: Tried[] | undefined;

  constructor(private readonly input: PlanInput<Channel>) {}

  get random(): Random {
    return this.input.random;
  }

  /**
   * The next candidate; `undefined` when none is left.
   *
   * @param now milliseconds since the epoch
   * @param monotonic milliseconds of the clock that loads are kept by
   */
  next(now: number, monotonic: number): PoolMember<Channel> | undefined {
    this.now = now;
    this.monotonic = monotonic;
    const preferred = this.takePreferred();
    if (preferred !== undefined) return preferred;
    const { tiers } = this.input.pool;
    for (let tier = tiers[this.tier]; tier !== undefined; tier = tiers[this.tier]) {
      const member = this.bestOf(tier);
      if (member !== undefined) return this.take(member);
      this.tier += 1;
    }
    for (const { members } of tiers) {
      const member = drawAmong(members, 'tired', this);
      if (member !== undefined) return this.take(member);
    }
    return undefined;
  }

  /**
   * A healthy channel besides the candidate given last, which is still being asked and counts as tried from now on.
   * `undefined`: there is none, and nothing has changed.
   */
  alternative(now: number, monotonic: number): PoolMember<Channel> | undefined {
    if (this.current === undefined) return undefined;
    this.now = now;
    this.monotonic = monotonic;
    this.ruleOut('channel');
    for (const tier of this.input.pool.tiers.slice(this.tier)) {
      const member = this.choose(tier);
      if (member !== undefined) return this.take(member);
    }
    this.tried?.pop();
    return undefined;
  }

  /** @param blamed a credential may have a sister that serves; a channel is left as a whole */
  ruleOut(blamed: Blame): void {
    if (this.current === undefined) return;
    const credential = blamed === 'channel' ? null : this.credential;
    this.tried ??= [];
    this.tried.push({ channel: this.current.channel.id, credential });
  }

  standingOf(member: PoolMember<Channel>): Standing {
    const { channel } = member;
    const { health } = this.input;
    const unfit = this.unfitness(member);
    if (unfit !== undefined) return unfit;
    if (this.isUntouched(channel)) return 'healthy';
    const state = health.stateOf(channel.id, member.model, this.now);
    if (state === 'open') return 'open';
    if (state === 'half-open' && channel.load.trialUnderWay) return 'trial-under-way';
    const credential = this.bestCredentialStanding(member);
    if (state === 'healthy' || !isRank(credential) || credential === 'tired') return credential;
    return state === 'half-open' || credential === 'trial' ? 'trial' : 'degraded';
  }

  /** Milliseconds until the first of the channels that rest on demand may be asked again; `undefined`: none rests. */
  get wakesInMs(): number | undefined {
    let earliest = Infinity;
    for (const { members } of this.input.pool.tiers) {
      for (const { channel, upstream } of members) {
        if (channel.load.restsUntil > this.monotonic)
          earliest = Math.min(earliest, channel.load.wakesAt(upstream, this.monotonic));
      }
    }
    return earliest === Infinity ? undefined : earliest - this.monotonic;
  }

  /** First of all, for as long as it is well: what its vendor has cached is worth more than a priority. */
  private takePreferred(): PoolMember<Channel> | undefined {
    const { pool, preferred } = this.input;
    if (preferred === undefined || this.tried !== undefined) return undefined;
    const member = pool.member(preferred.channel);
    if (member === undefined || this.standingOf(member) !== 'healthy') return undefined;
    this.take(member);
    if (this.standingOfCredential(member, preferred.credential) === 'healthy')
      this.credential = preferred.credential;
    return member;
  }

  private choose(tier: Tier<Channel>): PoolMember<Channel> | undefined {
    const { affinity, pool } = this.input;
    const owner = affinity === undefined ? undefined : belongsTo(tier.members, affinity, this);
    return owner ?? chooseHealthy(tier, pool.strategy, this);
  }

  private bestOf(tier: Tier<Channel>): PoolMember<Channel> | undefined {
    const unsound = tier.unsound(this.input.health);
    if (unsound.length === 0) return this.choose(tier);
    return drawAmong(unsound, 'trial', this) ?? this.choose(tier) ?? drawAmong(unsound, 'degraded', this);
  }

  private take(member: PoolMember<Channel>): PoolMember<Channel> {
    const { channel } = member;
    const sound = this.input.health.isSound(channel.id);
    this.current = member;
    this.credential = this.chooseCredential(member, sound);
    this.trial =
      !sound &&
      (this.input.health.stateOf(channel.id, member.model, this.now) === 'half-open' ||
        this.standingOfCredential(member, this.credential) === 'trial');
    return member;
  }

  /** What has nothing to do with failures. */
  private unfitness({ channel, lacks }: PoolMember<Channel>): Exclusion | undefined {
    const { needs = 0, tags } = this.input;
    if ((lacks & needs) !== 0) return 'lacks-capability';
    if (tags?.every((tag) => channel.tags.includes(tag)) === false) return 'lacks-tag';
    return channel.load.caps?.isFull(this.monotonic) === true ? 'at-cap' : undefined;
  }

  /** Nothing is known against the channel, and the request has not been there. */
  private isUntouched({ id, load }: Channel): boolean {
    return this.tried === undefined && load.restsUntil <= this.monotonic && this.input.health.isSound(id);
  }

  private bestCredentialStanding(member: PoolMember<Channel>): Standing {
    const { credential } = this.input;
    if (credential !== undefined) return this.standingOfCredential(member, credential);
    let best = this.standingOfCredential(member, 0);
    for (let position = 1; position < member.channel.load.credentials && best !== 'trial'; position += 1)
      best = better(best, this.standingOfCredential(member, position));
    return best;
  }

  /** Of those that stand best, the one whose turn it is. */
  private chooseCredential(member: PoolMember<Channel>, sound: boolean): number {
    const { channel } = member;
    const { credentials } = channel.load;
    if (this.input.credential !== undefined) return this.input.credential;
    if (credentials === 1) return 0;
    const first = this.firstCredential(channel);
    if (sound && this.isUntouched(channel)) return first;
    const wanted = this.bestCredentialStanding(member);
    for (let step = 0; step < credentials; step += 1) {
      const position = (first + step) % credentials;
      if (this.standingOfCredential(member, position) === wanted) return position;
    }
    return first;
  }

  private firstCredential({ credentialChoice, load }: Channel): number {
    if (this.input.affinity !== undefined) return firstPosition(this.input.affinity, load.credentials);
    return credentialChoice === 'random'
      ? Math.floor(this.random() * load.credentials)
      : load.nextCredential();
  }

  private standingOfCredential({ channel, upstream }: PoolMember<Channel>, position: number): Standing {
    if (this.hasTried(channel.id, position)) return 'tried';
    const state = this.input.health.credentialState(channel.id, position, this.now);
    if (state === 'open') return 'open';
    const rest = channel.load.restOf(position, upstream, this.monotonic);
    if (rest === 'demanded') return 'resting';
    if (rest === 'tired') return 'tired';
    if (state !== 'half-open') return state;
    return channel.load.trialUnderWay ? 'trial-under-way' : 'trial';
  }

  private hasTried(channel: ChannelId, position: number): boolean {
    if (this.tried === undefined) return false;
    for (const tried of this.tried) {
      if (tried.channel !== channel) continue;
      if (tried.credential === null || tried.credential === position) return true;
    }
    return false;
  }
}
