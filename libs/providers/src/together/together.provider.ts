import { bearer } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.together.ai/reference/chat-completions-1 */
export const together = {
  id: 'together',
  displayName: 'Together AI',
  documentationUrl: 'https://docs.together.ai/reference/chat-completions-1',
  defaultBaseUrl: 'https://api.together.xyz/v1',
  requiresCredential: true,
  credentialHint: 'an API key',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: { reasoningHistory: 'reasoning', unsupported: new Set(['user', 'metadata']) },
    },
  ],
  authenticate: bearer,
} as const satisfies Provider;
