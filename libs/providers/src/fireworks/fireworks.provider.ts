import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.fireworks.ai/api-reference/post-chatcompletions */
export const fireworks = {
  id: 'fireworks',
  displayName: 'Fireworks AI',
  documentationUrl: 'https://docs.fireworks.ai/api-reference/post-chatcompletions',
  defaultBaseUrl: 'https://api.fireworks.ai/inference/v1',
  requiresCredential: true,
  credentialHint: 'fw_…',
  dialects: [
    { ...OPENAI_CHAT, profile: { reasoningHistory: 'reasoning_content' } },
    { ...OPENAI_RESPONSES, storedResponsesPath: '/responses' },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/messages' },
      headers: ['anthropic-version', '2023-06-01'],
    },
  ],
  authenticate: bearer,
} as const satisfies Provider;
