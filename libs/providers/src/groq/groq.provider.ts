import { bearer } from '../authenticator.js';
import { OPENAI_CHAT_ONLY, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://console.groq.com/docs/api-reference */
export const groq = {
  id: 'groq',
  displayName: 'Groq',
  documentationUrl: 'https://console.groq.com/docs/api-reference',
  defaultBaseUrl: 'https://api.groq.com/openai/v1',
  requiresCredential: true,
  credentialHint: 'gsk_…',
  dialects: [
    {
      ...OPENAI_CHAT_ONLY,
      profile: {
        outputLimitField: 'max_completion_tokens',
        reasoningHistory: 'reasoning',
        unsupported: new Set(['topK', 'logprobs', 'logitBias', 'choices', 'metadata']),
      },
    },
    { ...OPENAI_RESPONSES, profile: { unsupported: new Set(['topK', 'logprobs']) } },
  ],
  authenticate: bearer,
  failures: [
    { status: 498, means: 'rateLimited' },
    { status: 413, message: /rate limit|tokens per minute/i, means: 'rateLimited' },
  ],
} as const satisfies Provider;
