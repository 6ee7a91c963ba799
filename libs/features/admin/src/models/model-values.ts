import { MODEL_ROUTING_DEFAULTS, type ModelRoutingValues } from '../routing/routing-values.js';

/** What an operator says about a model beyond its price; `null` is "not known". */
export interface ModelValues extends ModelRoutingValues {
  readonly name: string;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly ownedBy: string | null;
  readonly contextTokensMax: number | null;
  readonly outputTokensMax: number | null;
  readonly enabled: boolean;
}

export const MODEL_DEFAULTS = Object.freeze({
  displayName: null,
  description: null,
  ownedBy: null,
  contextTokensMax: null,
  outputTokensMax: null,
  enabled: true,
  ...MODEL_ROUTING_DEFAULTS,
}) satisfies Omit<ModelValues, 'name'>;
