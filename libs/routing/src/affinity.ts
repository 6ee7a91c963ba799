import type { AffinityRule, ChannelId } from '@tollgate/contracts';
import type { Candidate, PoolMember } from './candidate.js';
import type { Judge } from './standing.js';

/** Where requests with a key went. */
export interface AffinityTarget {
  readonly channel: ChannelId;
  readonly credential: number;
}

/** A text as a whole number below 2^53 (two rounds of a multiplicative hash, mixed). Equal on every machine. */
export function hashText(text: string, seed = 0): number {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 2 ** 32 * (low & 0x1fffff) + (high >>> 0);
}

/** What requests of an organisation for a model are bound by, of the key that a rule finds in them. */
export function affinityHash(organizationId: string, model: string, rule: string, key: string): number {
  return hashText(key, hashText(`${organizationId} ${model} ${rule}`) % 2 ** 32);
}

/** The rule is about the model, by its name as asked; a `*` at the end of a pattern stands for any rest. */
export function coversModel({ models }: Pick<AffinityRule, 'models'>, model: string): boolean {
  return models?.some((pattern) => matches(pattern, model)) !== false;
}

function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}

/** From 0 (excluded) to 1 (excluded), from two numbers that say who asks for what. */
function mixed(key: number, candidate: number): number {
  let bits = ((key % 2 ** 32) ^ candidate) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b) ^ Math.floor(key / 2 ** 32);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (((bits ^ (bits >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}

/**
 * The member of a tier that a key belongs to: every process finds the same one by itself, shares follow the weights, and
 * when a member goes only its own keys move (rendezvous hashing).
 */
export function belongsTo<Channel extends Candidate>(
  members: readonly PoolMember<Channel>[],
  key: number,
  judge: Judge<Channel>,
): PoolMember<Channel> | undefined {
  let best: PoolMember<Channel> | undefined;
  let lowest = Infinity;
  for (const member of members) {
    const { id, weight } = member.channel;
    if (weight === 0 || judge.standingOf(member) !== 'healthy') continue;
    const score = -Math.log(mixed(key, hashText(id) % 2 ** 32)) / weight;
    if (score >= lowest) continue;
    lowest = score;
    best = member;
  }
  return best;
}

/** The position among equals that a key belongs to first. */
export function firstPosition(key: number, count: number): number {
  return Math.floor(mixed(key, count) * count);
}

/** Where one process sent its keys: bounded; what was not used for longest is forgotten first. Times are monotonic. */
export class AffinityMemory<Target extends object> {
  private readonly targets = new Map<number, Target & { readonly until: number }>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.targets.size;
  }

  recall(key: number, now: number): Target | undefined {
    const known = this.targets.get(key);
    if (known === undefined || known.until > now) return known;
    this.targets.delete(key);
    return undefined;
  }

  remember(key: number, target: Target, until: number): void {
    this.targets.delete(key);
    this.targets.set(key, { ...target, until });
    if (this.targets.size <= this.capacity) return;
    const [oldest] = this.targets.keys();
    if (oldest !== undefined) this.targets.delete(oldest);
  }
}
