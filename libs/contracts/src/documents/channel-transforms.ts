import { z } from 'zod';
import { channelHeaders } from './channel-headers.js';
import { channelOverrides } from './channel-overrides.js';
import { milliseconds } from './milliseconds.js';

/**
 * Members of a request, as vendors write them, that change what it costs or who learns of it. Prices are a model's, not a
 * tier's: such a member reaches a vendor only where the operator allows it.
 */
export const GUARDED_MEMBERS = [
  'service_tier',
  'inference_geo',
  'speed',
  'safety_identifier',
  'include_obfuscation',
] as const;
export type GuardedMember = (typeof GUARDED_MEMBERS)[number];

export const SYSTEM_PROMPT_MODES = [
  /** For requests that have none. */
  'default',
  /** Before what the request has. */
  'prepend',
  /** Instead of what the request has. */
  'override',
] as const;

const systemPrompt = z.strictObject({
  text: z.string().min(1).max(100_000),
  mode: z.enum(SYSTEM_PROMPT_MODES),
});
export type SystemPrompt = z.infer<typeof systemPrompt>;

const errorStatus = z.number().int().min(400).max(599);
const statusMap = z.record(z.string().regex(/^[45]\d\d$/, 'must be a status from 400 to 599'), errorStatus);

/** Instead of those of `settings.upstream`: a model that thinks for minutes must not have every vendor waited for as long. */
const channelTimeouts = z
  .strictObject({
    firstByteTimeoutMs: milliseconds.optional(),
    idleTimeoutMs: milliseconds.optional(),
    totalTimeoutMs: milliseconds.optional(),
  })
  .refine((timeouts) => Object.keys(timeouts).length > 0, 'name at least one time limit');
export type ChannelTimeouts = z.infer<typeof channelTimeouts>;

const cap = z.number().int().min(1).max(1_000_000_000_000);

/** How a channel differs from others of its provider in what a vendor is sent; what is absent or null changes nothing. */
export const channelTransformMembers = {
  /** Steps that change the body, and headers, that the vendor gets: after everything else. */
  overrides: channelOverrides.nullish(),
  /** Headers that the vendor gets, or does not get, besides. */
  headers: channelHeaders.nullish(),
  systemPrompt: systemPrompt.nullish(),
  /** Guarded members that the vendor may get. */
  allow: z.array(z.enum(GUARDED_MEMBERS)).nullish(),
  /** The vendor is told to keep nothing (`store: false`), whatever the client wants. */
  disableStore: z.boolean().nullish(),
  /** The client's body passes with nothing changed but the model. */
  passThroughBody: z.boolean().nullish(),
  /** A vendor's error status → the status that it is taken for. */
  statusMap: statusMap.nullish(),
  timeouts: channelTimeouts.nullish(),
  /**
   * What the vendor's account can take, from all proxies together: the channel is passed over before the vendor says so.
   * Attempts at one time.
   */
  inFlightMax: cap.nullish(),
  requestsPerMinuteMax: cap.nullish(),
  /** Input and output, as vendors report them. */
  tokensPerMinuteMax: cap.nullish(),
};

export const channelTransforms = z.object(channelTransformMembers);
export type ChannelTransforms = z.infer<typeof channelTransforms>;
