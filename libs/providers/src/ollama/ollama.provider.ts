import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_CHAT, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
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
      ...ANTHROPIC_IMITATED,
      endpoints: { chat: '/messages' },
      profile: { ...ANTHROPIC_IMITATED.profile, imageUrls: false, files: false },
    },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
} as const satisfies Provider;
