import { z } from 'zod';
import { idSchema } from '../id-schema.js';
import type { ChannelId, OrganizationId } from '../ids.js';
import { latencyCounts } from '../latency.js';

/**
 * Failures that leave no doubt: one of them is enough to rest what they speak of. Which refusals of a vendor those are is
 * data of its provider.
 */
export const DECISIVE_FAILURES = {
  /** The vendor does not know the credential, or has revoked it. */
  credential_invalid: 'credential',
  /** The account of the credential has no money left at the vendor. */
  balance_exhausted: 'credential',
  /** The vendor has no such model, or not for us. */
  model_gone: 'model',
} as const satisfies Record<string, 'credential' | 'model'>;
export type DecisiveFailure = keyof typeof DECISIVE_FAILURES;

/** Organisations that one observation names; more are left out. */
export const FAILED_ORGANIZATIONS_MAX = 100;

/**
 * What one proxy saw of one channel in one window, of one credential and model where it can say so. Failures are keyed
 * by error code, or by the decisive failure.
 */
export const channelObservationV1 = z.object({
  channelId: idSchema<ChannelId>(),
  /** Position in the channel's document; absent: not known, or the channel has none. */
  credential: z.number().int().min(0).optional(),
  /** The gateway's name of the model; absent: not known. */
  model: z.string().optional(),
  /** Milliseconds since the epoch. */
  windowStart: z.number(),
  windowMs: z.number(),
  succeeded: z.number().int().min(0),
  /** Failures that speak against the channel, by code; a client's own bad request is not one. */
  failed: z.record(z.string(), z.number().int().min(0)),
  /** Sums over `succeeded`, for means. */
  firstByteMsSum: z.number().min(0),
  durationMsSum: z.number().min(0),
  /** How they are spread; absent: not told. */
  firstByteMsCounts: latencyCounts.optional(),
  durationMsCounts: latencyCounts.optional(),
  /** Whose attempts failed, by id, each once; absent: not told. */
  failedOrganizations: z.array(idSchema<OrganizationId>()).max(FAILED_ORGANIZATIONS_MAX).optional(),
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
