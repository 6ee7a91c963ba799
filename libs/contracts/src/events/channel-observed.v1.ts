import { z } from 'zod';
import type { ChannelId } from '../ids.js';

/** What one proxy saw of one channel in one window; failures are keyed by error code. */
export const channelObservationV1 = z.object({
  channelId: z.string().transform((id) => id as ChannelId),
  /** Milliseconds since the epoch. */
  windowStart: z.number(),
  windowMs: z.number(),
  succeeded: z.number().int().min(0),
  /** Failures that speak against the channel, by error code; a client's own bad request is not one. */
  failed: z.record(z.string(), z.number().int().min(0)),
  /** Sums over `succeeded`, for means. */
  firstByteMsSum: z.number().min(0),
  durationMsSum: z.number().min(0),
});
export type ChannelObservationV1 = z.infer<typeof channelObservationV1>;

/** One message on the topic `channel-observations`. */
export const channelObservationsV1 = z.object({
  type: z.literal('channel.observed'),
  version: z.literal(1),
  proxyId: z.string(),
  observations: z.array(channelObservationV1),
});
export type ChannelObservationsV1 = z.infer<typeof channelObservationsV1>;
