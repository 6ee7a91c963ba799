import type { VendorDialectId } from '@tollgate/contracts';
import type { Provider } from './provider.js';
import { PROVIDERS } from './registry.js';

/** What the control plane needs to know of a vendor to check and to show a channel. */
export interface ProviderDescription {
  readonly id: string;
  readonly displayName: string;
  /** The vendor's own reference of its API. */
  readonly documentationUrl: string;
  readonly defaultBaseUrl: string | null;
  readonly requiresCredential: boolean;
  /** What a credential looks like, for a person. */
  readonly credentialHint: string;
  readonly dialects: readonly VendorDialectId[];
  readonly options: readonly OptionDescription[];
}

export interface OptionDescription {
  readonly name: string;
  readonly description: string;
  /** A channel must set it: there is no default. */
  readonly required: boolean;
  readonly default: string | null;
  readonly defaultFrom?: (options: Readonly<Record<string, string>>) => string;
  /** Source of the regular expression that values match. */
  readonly pattern: string;
}

/** The registry, described for the control plane. */
export const providerCatalogue = {
  list: (): ProviderDescription[] => [...PROVIDERS.values()].map(describe),
};

function describe(provider: Provider): ProviderDescription {
  const { id, displayName, documentationUrl, dialects } = provider;
  const { defaultBaseUrl, requiresCredential, credentialHint } = provider;
  return {
    ...{ id, displayName, documentationUrl, defaultBaseUrl, requiresCredential, credentialHint },
    dialects: [...new Set(dialects.map((dialect) => dialect.id))],
    options: Object.entries(provider.options ?? {}).map(([name, option]) => ({
      name,
      description: option.description,
      required: option.default === undefined,
      default: option.default ?? null,
      ...(option.defaultFrom === undefined ? {} : { defaultFrom: option.defaultFrom }),
      pattern: option.pattern.source,
    })),
  };
}
