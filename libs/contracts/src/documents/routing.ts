import { z } from 'zod';
import { nameString as name } from '../name.js';

/**
 * How a channel is chosen among the healthy ones of a priority: by weight; the one that answered fastest of late; the less
 * busy of two; the one that costs us least; or in turn. Weights count in all of them.
 */
export const ROUTING_STRATEGIES = [
  'weighted',
  'lowest-latency',
  'least-in-flight',
  'lowest-cost',
  'round-robin',
] as const;
export type RoutingStrategy = (typeof ROUTING_STRATEGIES)[number];

export const CREDENTIAL_CHOICES = ['round-robin', 'random'] as const;
/** Which of a channel's credentials serves next. */
export type CredentialChoice = (typeof CREDENTIAL_CHOICES)[number];

/** What a request may need that not every channel can do. */
export const CAPABILITIES = ['tools', 'vision', 'audio', 'files', 'json-schema', 'reasoning'] as const;
export type Capability = (typeof CAPABILITIES)[number];

const tags = z.array(name).max(50);
/** Tags that channels must all have to serve what names them: a model, an API key. */
export const requiredTags = tags.nullish();

/** How a channel takes part in routing besides its priority and weight; what is absent or null is the default. */
export const channelRoutingMembers = {
  /** Default: in turn. */
  credentialChoice: z.enum(CREDENTIAL_CHOICES).nullish(),
  /** What models may require of their channels. */
  tags: tags.nullish(),
  /** Requests that need any of these pass the channel by. */
  lacks: z.array(z.enum(CAPABILITIES)).nullish(),
};
export const channelRouting = z.object(channelRoutingMembers);
export type ChannelRouting = z.infer<typeof channelRouting>;

/**
 * When a fallback takes over: everything before it failed; the request is too long for the model asked; the vendor's
 * filter refused it.
 */
export const FALLBACK_CONDITIONS = ['failure', 'context-window', 'content-filter'] as const;
export type FallbackCondition = (typeof FALLBACK_CONDITIONS)[number];

const fallback = z.union([
  name,
  z.strictObject({ model: name, on: z.array(z.enum(FALLBACK_CONDITIONS)).min(1).optional() }),
]);
/** A model that takes over; its name alone: on `failure` and `context-window`. */
export type Fallback = z.infer<typeof fallback>;

const hedge = z.strictObject({ afterMs: z.number().int().min(1).max(600_000) });
/** A request whose channel has not begun to answer after so long is sent to a second one, too; the first answer counts. */
export type Hedge = z.infer<typeof hedge>;

/** How requests for a model are routed; what is absent or null is the default. */
export const modelRoutingMembers = {
  /** The model is another name of this one. */
  alias: name.nullish(),
  /** Models that take over, in this order. */
  fallbacks: z.array(fallback).max(10).nullish(),
  /** Default: that of the settings. */
  strategy: z.enum(ROUTING_STRATEGIES).nullish(),
  /** Only channels with all of these tags serve it. */
  requireTags: requiredTags,
  /** Only of requests that are not streamed; default: never. */
  hedge: hedge.nullish(),
};
export const modelRouting = z.object(modelRoutingMembers);
export type ModelRouting = z.infer<typeof modelRouting>;

/** Where a rule of affinity finds its key. */
export const AFFINITY_SOURCES = [
  /** The header named by `field`. */
  'header',
  /** The member of the body at the path `field`, e.g. `metadata.tenant`. */
  'body-field',
  /** `prompt_cache_key`. */
  'prompt-cache-key',
  /** The session that an agent names: in a header, or in `metadata.user_id` (Claude Code). */
  'conversation',
  /** Who the client says its user is: `safety_identifier`, `user`, `metadata.user_id`; else the API key. */
  'user',
] as const;
export type AffinitySource = (typeof AFFINITY_SOURCES)[number];

/** Requests with the same key go to the same channel and credential while it is well: its prompt cache hits. */
const affinityRule = z.strictObject({
  name,
  /** Names of models, a `*` at the end stands for any rest; default: all. */
  models: z.array(name).min(1).max(100).optional(),
  source: z.enum(AFFINITY_SOURCES),
  field: z.string().min(1).max(200).optional(),
  /** How long a proxy remembers where a key went, after its last request. */
  ttlSeconds: z.number().int().min(1).max(86_400).default(600),
  /** A request that fails there is not tried elsewhere. */
  skipRetryOnFailure: z.boolean().default(false),
});
export type AffinityRule = z.infer<typeof affinityRule>;
export const affinityRules = z.array(affinityRule).max(20);

/** Vendors cache by these themselves: requests that carry them profit from one channel, and no others are bound. */
export const AFFINITY_DEFAULT: AffinityRule[] = [
  { name: 'prompt cache', source: 'prompt-cache-key', ttlSeconds: 600, skipRetryOnFailure: false },
  { name: 'session', source: 'conversation', ttlSeconds: 600, skipRetryOnFailure: false },
];
