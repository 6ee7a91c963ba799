import type { ChannelRouting, ModelRouting } from '@tollgate/contracts';

/** What an operator decides about a channel's part in routing; null is the default. */
export type ChannelRoutingValues = {
  readonly [Member in keyof ChannelRouting]-?: NonNullable<ChannelRouting[Member]> | null;
};
/** What an operator decides about the routing of a model; null is the default. */
export type ModelRoutingValues = {
  readonly [Member in keyof ModelRouting]-?: NonNullable<ModelRouting[Member]> | null;
};

export const CHANNEL_ROUTING_DEFAULTS: ChannelRoutingValues = Object.freeze({
  credentialChoice: null,
  tags: null,
  lacks: null,
});
export const MODEL_ROUTING_DEFAULTS: ModelRoutingValues = Object.freeze({
  alias: null,
  fallbacks: null,
  strategy: null,
  requireTags: null,
  hedge: null,
});

/** As they lie in the database: JSON that was checked before it was written. */
export type StoredRouting = object;

export function givenChannelRouting(values: ChannelRoutingValues): ChannelRouting {
  const { credentialChoice, tags, lacks } = values;
  return given({ credentialChoice, tags, lacks });
}

export function givenModelRouting(values: ModelRoutingValues): ModelRouting {
  const { alias, fallbacks, strategy, requireTags, hedge } = values;
  return given({ alias, fallbacks, strategy, requireTags, hedge });
}

/** Those that are not the default. */
function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
