import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.ollama.com/api/openai-compatibility */
export const ollama = {
  id: 'ollama',
  displayName: 'Ollama',
  documentationUrl: 'https://docs.ollama.com/api/openai-compatibility',
  defaultBaseUrl: 'http://127.0.0.1:11434/v1',
  requiresCredential: false,
  credentialHint: 'any, or none',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: {
        reasoningHistory: 'reasoning',
        imageUrls: false,
        audio: false,
        files: false,
        unsupported: new Set([
          'topK',
          'choices',
          'logprobs',
          'logitBias',
          'user',
          'parallelToolCalls',
          'metadata',
        ]),
      },
    },
    { ...OPENAI_RESPONSES, profile: { imageUrls: false, files: false, audio: false } },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/messages' },
      profile: { imageUrls: false, files: false, audio: false },
    },
  ],
  authenticate: bearer,
} as const satisfies Provider;
