import { bearer } from '../authenticator.js';
import { OPENAI_CHAT_ONLY, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { ModelProfile, Provider } from '../provider.js';

/** Other models refuse an effort, or take words of their own. https://console.groq.com/docs/reasoning */
const TOLD: ModelProfile = { models: /gpt-oss/, profile: { reasoning: 'effort' } };

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
        reasoning: 'none',
        reasoningHistory: 'reasoning',
        unsupported: new Set(['topK', 'logprobs', 'logitBias', 'choices', 'metadata']),
      },
      modelProfiles: [TOLD],
    },
    {
      ...OPENAI_RESPONSES,
      profile: { reasoning: 'none', unsupported: new Set(['topK', 'logprobs']) },
      modelProfiles: [TOLD],
    },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
  failures: [
    // https://console.groq.com/docs/errors
    { status: 498, means: 'rateLimited' },
    { status: 413, message: /rate limit|tokens per minute/i, means: 'rateLimited' },
  ],
} as const satisfies Provider;
