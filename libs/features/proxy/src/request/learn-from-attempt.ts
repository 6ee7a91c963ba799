import { blameOf, type ChannelLoad } from '@tollgate/routing';
import type { RelayResult } from './relay-result.js';

export interface AttemptFacts {
  readonly credential: number;
  /** The vendor's name of the model. */
  readonly upstream: string;
  readonly firstByteMs: number;
  /** Monotonic milliseconds. */
  readonly endedAt: number;
}

/**
 * What this proxy itself keeps in mind of an attempt, for the requests that come next: how long the vendor took, and what
 * has to rest. A credential that failed rests alone; a whole channel only when its vendor said for how long, for whether
 * it is well is channel-health's to judge.
 */
export function learnFromAttempt(load: ChannelLoad, result: RelayResult, facts: AttemptFacts): void {
  const { credential, upstream, endedAt } = facts;
  if (result.kind === 'answered') {
    load.firstByte.observe(facts.firstByteMs, endedAt);
    load.recover(credential, upstream);
    return;
  }
  if (result.kind !== 'failed' || !result.blamesChannel) return;
  const { code, retryAfterSeconds } = result.error;
  const demandedMs = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1_000;
  if (blameOf(code) === 'credential') {
    // Vendors count requests for each model; a credential that is refused is refused for all.
    const limited = code === 'upstream_rate_limited' ? upstream : null;
    load.rest({ credential, upstream: limited }, endedAt, demandedMs);
  } else if (demandedMs !== undefined) load.rest({ credential: null, upstream: null }, endedAt, demandedMs);
}
