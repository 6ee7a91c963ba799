import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/ */
export const cloudflare = {
  id: 'cloudflare',
  displayName: 'Cloudflare Workers AI',
  documentationUrl: 'https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/',
  defaultBaseUrl: 'https://api.cloudflare.com/client/v4/accounts/{accountId}/ai/v1',
  requiresCredential: true,
  credentialHint: 'an API key',
  options: { accountId: { description: 'id of the Cloudflare account', pattern: /^[0-9a-f]{32}$/ } },
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: {
        reasoning: 'none',
        unsupported: new Set(['choices', 'logprobs', 'logitBias', 'user', 'metadata']),
      },
    },
    OPENAI_RESPONSES,
  ],
  authenticate: bearer,
} as const satisfies Provider;
