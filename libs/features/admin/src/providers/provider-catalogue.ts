import type { DialectId } from '@tollgate/contracts';

/** What admin must know of a vendor to accept a channel at it. */
export interface ProviderDescription {
  readonly id: string;
  readonly displayName: string;
  /** `null`: every channel names its own. */
  readonly defaultBaseUrl: string | null;
  readonly requiresCredential: boolean;
  readonly dialects: readonly DialectId[];
}

/** The vendors that the proxies can speak to; the app derives it from the provider registry. */
export interface ProviderCatalogue {
  list(): readonly ProviderDescription[];
}

/** Where Nest finds the catalogue: an interface has no class to go by. */
export const PROVIDER_CATALOGUE = Symbol('provider catalogue');
