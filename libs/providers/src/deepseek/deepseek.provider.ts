import { bearer } from '../authenticator.js';
import type { Provider } from '../provider.js';

/** https://api-docs.deepseek.com */
export const deepseek = {
  id: 'deepseek',
  displayName: 'DeepSeek',
  documentationUrl: 'https://api-docs.deepseek.com',
  defaultBaseUrl: 'https://api.deepseek.com',
  requiresCredential: true,
  credentialHint: 'sk-…',
  dialects: [
    {
      id: 'openai-chat',
      endpoints: { chat: '/chat/completions' },
      profile: {
        reasoning: 'thinking-type',
        reasoningHistory: 'reasoning_content',
        structuredOutput: 'json-object',
        images: false,
        audio: false,
        files: false,
        unsupported: new Set([
          'topK',
          'seed',
          'choices',
          'parallelToolCalls',
          'logitBias',
          'serviceTier',
          'metadata',
        ]),
      },
    },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/anthropic/v1/messages' },
      headers: ['anthropic-version', '2023-06-01'],
      profile: {
        reasoning: 'anthropic-budget',
        reasoningHistory: 'reasoning_content',
        images: false,
        audio: false,
        files: false,
      },
    },
  ],
  authenticate: bearer,
  failures: [{ status: 402, means: 'unauthorized' }],
} as const satisfies Provider;
