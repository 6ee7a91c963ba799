import { z } from 'zod';
import { idSchema } from '../id-schema.js';
import type { ChannelId } from '../ids.js';

export const CHANNEL_STATES = ['healthy', 'degraded', 'open', 'half-open'] as const;
export type ChannelState = (typeof CHANNEL_STATES)[number];

/** What is said of a part of a channel. */
const partStatus = {
  state: z.enum(CHANNEL_STATES),
  /** One sentence for a person. */
  reason: z.string(),
  /** When an open part gets its first trial, in milliseconds since the epoch; `null` in other states. */
  retryAt: z.number().nullable(),
};

/**
 * `channels.<id>` in the bucket `health`: channel-health's judgement, obeyed by routing. A channel without a
 * document is healthy. `degraded` is served after its healthy peers, `open` not at all, `half-open` by trials.
 *
 * The state of the channel is about the whole of it: it is never better than the best of its credentials, nor than the
 * best of its models. A part that is not listed is as the channel is.
 */
export const channelStatusDocument = z.object({
  channelId: idSchema<ChannelId>(),
  state: z.enum(CHANNEL_STATES),
  /** One sentence for a person, e.g. "12 of 15 requests failed in 30 s (upstream_timeout)". */
  reason: z.string(),
  /** Milliseconds since the epoch. */
  since: z.number(),
  /** When an open channel gets its first trial; `null` in other states. */
  retryAt: z.number().nullable(),
  /** Credentials that are not healthy, by their position in the channel's document; absent: none. */
  credentials: z.array(z.object({ position: z.number().int().min(0), ...partStatus })).optional(),
  /** Of the list that these are positions in, as `@tollgate/security` makes it; absent: an older service does not tell. */
  credentialsFingerprint: z.string().optional(),
  /** Models that are not healthy, by the gateway's name for them; absent: none. */
  models: z.array(z.object({ name: z.string(), ...partStatus })).optional(),
});
export type ChannelStatusDocument = z.infer<typeof channelStatusDocument>;

export const channelStatusKey = (id: string): string => `channels.${id}`;
