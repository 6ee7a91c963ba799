import type { ProviderDescription } from '../src/providers/provider-catalogue.js';

/** A vendor that speaks to anybody who names its address. */
export function provider(
  more: Pick<ProviderDescription, 'id' | 'displayName'> & Partial<ProviderDescription>,
): ProviderDescription {
  return {
    documentationUrl: 'https://vendor.example/docs',
    defaultBaseUrl: null,
    requiresCredential: false,
    credentialHint: 'sk-…',
    dialects: ['openai-chat'],
    options: [],
    ...more,
  };
}
