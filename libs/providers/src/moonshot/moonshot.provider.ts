import { bearer } from '../authenticator.js';
import type { Provider } from '../provider.js';

/** https://platform.moonshot.ai/docs/api/chat */
export const moonshot = {
  id: 'moonshot',
  displayName: 'Moonshot AI (Kimi)',
  documentationUrl: 'https://platform.moonshot.ai/docs/api/chat',
  defaultBaseUrl: 'https://api.moonshot.ai',
  requiresCredential: true,
  credentialHint: 'sk-…',
  dialects: [
    {
      id: 'openai-chat',
      endpoints: { chat: '/v1/chat/completions' },
      profile: {
        reasoning: 'thinking-type',
        reasoningHistory: 'reasoning_content',
        imageUrls: false,
        fileUrls: false,
        audio: false,
        unsupported: new Set(['topK', 'seed', 'logprobs', 'logitBias', 'serviceTier']),
      },
    },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/anthropic/v1/messages' },
      headers: ['anthropic-version', '2023-06-01'],
      profile: { reasoning: 'anthropic-budget', reasoningHistory: 'reasoning_content', audio: false },
    },
  ],
  authenticate: bearer,
  failures: [
    { status: 429, code: /exceeded_current_quota/, means: 'unauthorized' },
    { status: 429, code: /engine_overloaded/, means: 'failed' },
  ],
} as const satisfies Provider;
