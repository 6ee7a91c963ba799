import { bearer } from '../authenticator.js';
import type { Provider } from '../provider.js';

/** https://platform.minimax.io/docs/api-reference/text-openai-api */
export const minimax = {
  id: 'minimax',
  displayName: 'MiniMax',
  documentationUrl: 'https://platform.minimax.io/docs/api-reference/text-openai-api',
  defaultBaseUrl: 'https://api.minimax.io',
  requiresCredential: true,
  credentialHint: 'an API key',
  dialects: [
    {
      id: 'openai-chat',
      endpoints: { chat: '/v1/chat/completions' },
      profile: {
        reasoning: 'none',
        reasoningHistory: 'reasoning_details',
        unsupported: new Set([
          'topK',
          'choices',
          'logprobs',
          'logitBias',
          'presencePenalty',
          'frequencyPenalty',
        ]),
      },
    },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/anthropic/v1/messages' },
      headers: ['anthropic-version', '2023-06-01'],
      profile: { reasoning: 'anthropic-budget', images: false, files: false, audio: false },
    },
  ],
  authenticate: bearer,
  failures: [
    { code: /^(1004|2049)$/, means: 'unauthorized' },
    { code: /^(1002|1039)$/, means: 'rateLimited' },
    { code: /^1008$/, means: 'unauthorized' },
  ],
} as const satisfies Provider;
