import type { PriceSheet, VendorDialectId } from '@tollgate/contracts';
import { CHANNEL_ROUTING_DEFAULTS, type ChannelRoutingValues } from '../routing/routing-values.js';
import { NO_TRANSFORMS, type TransformValues } from './transform-values.js';
import type { TransportValues } from './transport-values.js';

/** A model that a channel serves, and what the vendor calls it and charges us for it. */
export interface ChannelModel {
  readonly name: string;
  readonly upstream: string;
  readonly cost: PriceSheet | null;
}

/** What an operator decides about a channel; credentials in clear, on their way to be sealed. */
export interface ChannelValues extends TransformValues, TransportValues, ChannelRoutingValues {
  readonly name: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly credentials: readonly string[];
  readonly models: readonly ChannelModel[];
  readonly groups: readonly string[];
  readonly dialect: VendorDialectId | null;
  /** What the provider's URL templates name, as given: without defaults. */
  readonly options: Readonly<Record<string, string>>;
  readonly thinkingToContent: boolean;
  readonly priority: number;
  readonly weight: number;
  readonly enabled: boolean;
}

export const CHANNEL_DEFAULTS = Object.freeze({
  ...NO_TRANSFORMS,
  proxy: null,
  tls: null,
  ...CHANNEL_ROUTING_DEFAULTS,
  groups: ['default'],
  dialect: null,
  options: {},
  thinkingToContent: false,
  priority: 0,
  weight: 1,
  enabled: true,
}) satisfies Partial<ChannelValues>;
