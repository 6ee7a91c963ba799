import type { ProviderCatalogue, ProviderDescription } from '../providers/provider-catalogue.js';

/** Options of a channel by name, as the operator gave them. */
export type GivenOptions = Readonly<Record<string, string>>;

/** Where a channel leads: the base URL is complete, unless an option that it names is missing. */
export interface ChannelAddress {
  readonly provider: string;
  /** `null`: neither the operator nor the provider names one. */
  readonly baseUrl: string | null;
  readonly options: GivenOptions;
}

/** What an operator says of it; what is not said stays as it is. */
export interface AddressChange {
  readonly provider?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly options?: GivenOptions | undefined;
}

const PLACEHOLDER = /\{(\w+)\}/g;

export function findProvider(catalogue: ProviderCatalogue, id: string): ProviderDescription | undefined {
  return catalogue.list().find((provider) => provider.id === id);
}

/** Where a new channel leads. */
export function newAddress(
  catalogue: ProviderCatalogue,
  { provider, baseUrl, options = {} }: AddressChange & { readonly provider: string },
): ChannelAddress {
  const template = baseUrl ?? findProvider(catalogue, provider)?.defaultBaseUrl ?? null;
  return { provider, options, baseUrl: complete(catalogue, { provider, options, baseUrl: template }) };
}

/**
 * Where a channel leads after a change. Another provider brings its own base URL and forgets the options of the one
 * before; a base URL that is the provider's own follows the options, another one stays.
 */
export function changedAddress(
  catalogue: ProviderCatalogue,
  current: ChannelAddress,
  change: AddressChange,
): ChannelAddress {
  const provider = change.provider ?? current.provider;
  const moved = provider !== current.provider;
  const options = change.options ?? (moved ? {} : current.options);
  if (moved || change.baseUrl !== undefined || isProvidersOwn(catalogue, current)) {
    return newAddress(catalogue, { provider, options, baseUrl: change.baseUrl });
  }
  return { provider, options, baseUrl: current.baseUrl };
}

/** Names of the placeholders that a base URL still has. */
export function placeholdersOf(baseUrl: string): string[] {
  return [...baseUrl.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

function isProvidersOwn(catalogue: ProviderCatalogue, current: ChannelAddress): boolean {
  return newAddress(catalogue, { ...current, baseUrl: undefined }).baseUrl === current.baseUrl;
}

function complete(catalogue: ProviderCatalogue, address: ChannelAddress): string | null {
  const { provider, baseUrl, options } = address;
  if (baseUrl === null) return null;
  const values = withDefaults(findProvider(catalogue, provider), options);
  return baseUrl.replace(PLACEHOLDER, (placeholder, name: string) => values.get(name) ?? placeholder);
}

/** A default may follow from the options before it. */
function withDefaults(
  provider: ProviderDescription | undefined,
  options: GivenOptions,
): ReadonlyMap<string, string> {
  const given = new Map(Object.entries(options));
  const values = new Map<string, string>();
  for (const option of provider?.options ?? []) {
    const value =
      given.get(option.name) ?? option.defaultFrom?.(Object.fromEntries(values)) ?? option.default;
    if (value !== null) values.set(option.name, value);
  }
  return values;
}
