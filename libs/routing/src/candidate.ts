import type { ChannelId, CredentialChoice } from '@tollgate/contracts';
import type { ChannelLoad } from './channel-load.js';

/** A channel as routing sees it. */
export interface Candidate {
  readonly id: ChannelId;
  /** Higher first. */
  readonly priority: number;
  /** Share among equal priorities; 0 serves when those above 0 can't. */
  readonly weight: number;
  readonly credentialChoice: CredentialChoice;
  readonly tags: readonly string[];
  /** What this process itself sees of the channel. */
  readonly load: ChannelLoad;
}

/** A channel as it serves one model. */
export interface PoolMember<Channel extends Candidate> {
  readonly channel: Channel;
  /** The gateway's name of the model. */
  readonly model: string;
  /** The vendor's name of the model. */
  readonly upstream: string;
  /** What the vendor charges, only to compare channels by; `Infinity` when unknown. */
  readonly cost: number;
  /** What it can't do, as a set of capability bits. */
  readonly lacks: number;
}
