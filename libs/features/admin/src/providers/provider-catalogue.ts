import type { VendorDialectId } from '@tollgate/contracts';

/** What admin must know of a vendor to accept a channel at it. */
export interface ProviderDescription {
  readonly id: string;
  readonly displayName: string;
  /** The vendor's own reference of its API. */
  readonly documentationUrl: string;
  /** `null`: every channel names its own. May name options: `https://bedrock-runtime.{region}.amazonaws.com`. */
  readonly defaultBaseUrl: string | null;
  readonly requiresCredential: boolean;
  /** What a credential looks like, for a person: `sk-…`. */
  readonly credentialHint: string;
  readonly dialects: readonly VendorDialectId[];
  /** What a channel can set besides; in the order in which defaults follow from one another. */
  readonly options: readonly ProviderOptionDescription[];
}

/** An option of channels, named in braces by the provider's URLs. */
export interface ProviderOptionDescription {
  readonly name: string;
  /** For a person, to stand behind "must be". */
  readonly description: string;
  /** A channel must set it: there is no default. */
  readonly required: boolean;
  readonly default: string | null;
  /** The default where it follows from the options before; `default` is what a person is shown. */
  readonly defaultFrom?: (options: Readonly<Record<string, string>>) => string;
  /** Source of the regular expression that values match. */
  readonly pattern: string;
}

/** The vendors that the proxies can speak to; the app derives it from the provider registry. */
export interface ProviderCatalogue {
  list(): readonly ProviderDescription[];
}

/** Where Nest finds the catalogue: an interface has no class to go by. */
export const PROVIDER_CATALOGUE = Symbol('provider catalogue');
