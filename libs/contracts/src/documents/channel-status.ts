import { z } from 'zod';
import type { ChannelId } from '../ids.js';

export const CHANNEL_STATES = ['healthy', 'degraded', 'open', 'half-open'] as const;
export type ChannelState = (typeof CHANNEL_STATES)[number];

/**
 * `channels.<id>` in the bucket `health`: channel-health's judgement, obeyed by routing. A channel without a
 * document is healthy. `degraded` is served after its healthy peers, `open` not at all, `half-open` by trials.
 */
export const channelStatusDocument = z.object({
  channelId: z.string().transform((id) => id as ChannelId),
  state: z.enum(CHANNEL_STATES),
  /** One sentence for a person, e.g. "12 of 15 requests failed in 30 s (upstream_timeout)". */
  reason: z.string(),
  /** Milliseconds since the epoch. */
  since: z.number(),
  /** When an open channel gets its first trial; `null` in other states. */
  retryAt: z.number().nullable(),
});
export type ChannelStatusDocument = z.infer<typeof channelStatusDocument>;

export const channelStatusKey = (id: string): string => `channels.${id}`;
