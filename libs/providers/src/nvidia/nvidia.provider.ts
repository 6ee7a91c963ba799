import { bearer } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.api.nvidia.com/nim/reference/llm-apis */
export const nvidia = {
  id: 'nvidia',
  displayName: 'NVIDIA NIM',
  documentationUrl: 'https://docs.api.nvidia.com/nim/reference/llm-apis',
  defaultBaseUrl: 'https://integrate.api.nvidia.com/v1',
  requiresCredential: true,
  credentialHint: 'nvapi-…',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: {
        reasoning: 'chat-template',
        reasoningHistory: 'reasoning_content',
        unsupported: new Set(['choices', 'user', 'metadata']),
      },
    },
  ],
  authenticate: bearer,
} as const satisfies Provider;
