import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_CHAT_ONLY, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { ModelProfile, Provider } from '../provider.js';

/** https://api-docs.deepseek.com/guides/vision */
const SEEING: ModelProfile = { models: /flash/, profile: { images: true } };

const PROFILE = {
  reasoningHistory: 'reasoning_content',
  structuredOutput: 'json-object',
  images: false,
  audio: false,
  files: false,
} as const;

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
      ...OPENAI_CHAT_ONLY,
      profile: {
        ...PROFILE,
        // https://api-docs.deepseek.com/guides/thinking_mode
        reasoning: 'thinking-type',
        unsupported: new Set([
          ...(['topK', 'seed', 'choices', 'parallelToolCalls'] as const),
          ...(['logitBias', 'serviceTier', 'metadata'] as const),
        ]),
      },
      modelProfiles: [SEEING],
    },
    {
      ...ANTHROPIC_IMITATED,
      profile: { ...ANTHROPIC_IMITATED.profile, ...PROFILE },
      modelProfiles: [SEEING],
    },
    // Nothing is stored there: https://api-docs.deepseek.com/guides/responses_api
    { ...OPENAI_RESPONSES, profile: PROFILE, modelProfiles: [SEEING] },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
  // An account may have yuan and dollars; the total is what was granted and what was topped up:
  // https://api-docs.deepseek.com/api/get-user-balance
  balance: {
    path: '/user/balance',
    list: ['balance_infos'],
    amount: ['total_balance'],
    currency: { path: ['currency'] },
  },
  failures: [
    // https://api-docs.deepseek.com/quick_start/error_codes
    { status: 402, means: 'exhausted' },
    { status: 400, message: /model not exist/i, means: 'modelGone' },
  ],
} as const satisfies Provider;
