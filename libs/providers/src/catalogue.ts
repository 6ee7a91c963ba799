import type { DialectId } from '@tollgate/contracts';
import { PROVIDERS } from './registry.js';

/** What the control plane needs to know of a vendor to check and to show a channel. */
export interface ProviderDescription {
  readonly id: string;
  readonly displayName: string;
  readonly defaultBaseUrl: string | null;
  readonly requiresCredential: boolean;
  readonly dialects: DialectId[];
}

/** The registry, described for the control plane. */
export const providerCatalogue = {
  list: (): ProviderDescription[] =>
    [...PROVIDERS.values()].map(({ id, displayName, defaultBaseUrl, requiresCredential, dialects }) => ({
      id,
      displayName,
      defaultBaseUrl,
      requiresCredential,
      dialects: dialects.map((dialect) => dialect.id),
    })),
};
