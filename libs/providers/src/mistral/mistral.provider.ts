import { bearer } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.mistral.ai/api */
export const mistral = {
  id: 'mistral',
  displayName: 'Mistral AI',
  documentationUrl: 'https://docs.mistral.ai/api',
  defaultBaseUrl: 'https://api.mistral.ai/v1',
  requiresCredential: true,
  credentialHint: 'an API key',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: {
        reasoning: 'none',
        toolCallIds: 'nine-alphanumeric',
        streamUsage: false,
        unsupported: new Set(['topK', 'logprobs', 'logitBias', 'user', 'serviceTier']),
      },
      // https://docs.mistral.ai/capabilities/reasoning
      modelProfiles: [{ models: /^(mistral-small|mistral-medium)/, profile: { reasoning: 'effort' } }],
    },
  ],
  authenticate: bearer,
} as const satisfies Provider;
