import type { Candidate, PoolMember } from './candidate.js';
import type { Random } from './random.js';

/** Before whom a candidate of a tier is tried: trials first, or a channel with healthy peers would never be tried again. */
export const RANKS = ['trial', 'healthy', 'degraded', 'tired'] as const;
/** `tired`: failed a moment ago, here; tried when nothing else is left in any tier. */
export type Rank = (typeof RANKS)[number];

/** Why a channel, or a credential of it, is not tried. */
export const EXCLUSIONS = {
  'lacks-capability': 'It can not do what the request needs.',
  'lacks-tag': 'It does not have all the tags that are required.',
  tried: 'The request has been there already.',
  open: 'channel-health has opened the channel, its model, or all its credentials.',
  'trial-under-way': 'It is half-open, and another request is trying it.',
  'at-cap': 'The account of its vendor has as much to do as the operator allows.',
  resting: 'The vendor asked to be left alone for a while.',
} as const;
export type Exclusion = keyof typeof EXCLUSIONS;

export type Standing = Rank | Exclusion;

/** Tells where candidates stand for one request. */
export interface Judge<Channel extends Candidate> {
  readonly random: Random;
  /** Milliseconds of the clock that loads are kept by. */
  readonly monotonic: number;
  standingOf(member: PoolMember<Channel>): Standing;
}

/** The better of two standings; an exclusion is worse than any rank, and the first of two stays. */
export function better(a: Standing, b: Standing): Standing {
  return order(b) < order(a) ? b : a;
}

export function isRank(standing: Standing): standing is Rank {
  return !(standing in EXCLUSIONS);
}

function order(standing: Standing): number {
  const at = RANKS.indexOf(standing as Rank);
  return at === -1 ? RANKS.length : at;
}
