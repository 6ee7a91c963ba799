import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://openrouter.ai/docs/api-reference/overview */
export const openrouter = {
  id: 'openrouter',
  displayName: 'OpenRouter',
  documentationUrl: 'https://openrouter.ai/docs/api-reference/overview',
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  requiresCredential: true,
  credentialHint: 'sk-or-…',
  dialects: [
    { ...OPENAI_CHAT, profile: { reasoning: 'openrouter', reasoningHistory: 'reasoning_details' } },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/messages' },
      headers: ['anthropic-version', '2023-06-01'],
    },
    OPENAI_RESPONSES,
  ],
  authenticate: bearer,
} as const satisfies Provider;
