import { bearer } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.together.ai/reference/chat-completions-1 */
export const together = {
  id: 'together',
  displayName: 'Together AI',
  documentationUrl: 'https://docs.together.ai/reference/chat-completions-1',
  defaultBaseUrl: 'https://api.together.ai/v1',
  requiresCredential: true,
  credentialHint: 'an API key',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: { reasoningHistory: 'reasoning', unsupported: new Set(['user', 'metadata']) },
    },
  ],
  authenticate: bearer,
  // A prompt that is too long is forbidden: https://docs.together.ai/docs/error-codes
  failures: [{ status: 403, message: /tokens?|context/i, means: 'rejected' }],
} as const satisfies Provider;
