import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { ModelProfile, Provider } from '../provider.js';

const UNSUPPORTED = ['topK', 'seed', 'logprobs', 'logitBias', 'serviceTier'] as const;

/** Sampling is fixed there, and other values are refused. https://platform.kimi.ai/docs/api/models-overview */
const FIXED: ModelProfile = {
  models: /^kimi-k(2\.[5-9]|[3-9])/,
  profile: {
    unsupported: new Set([
      ...UNSUPPORTED,
      ...(['temperature', 'topP', 'presencePenalty', 'frequencyPenalty', 'choices'] as const),
    ]),
  },
};

/** https://platform.kimi.ai/docs/api/overview */
export const moonshot = {
  id: 'moonshot',
  displayName: 'Moonshot AI (Kimi)',
  documentationUrl: 'https://platform.kimi.ai/docs/api/overview',
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
        unsupported: new Set(UNSUPPORTED),
      },
      modelProfiles: [FIXED],
    },
    {
      ...ANTHROPIC_IMITATED,
      profile: { ...ANTHROPIC_IMITATED.profile, reasoningHistory: 'reasoning_content' },
      modelProfiles: [FIXED],
    },
    { ...OPENAI_RESPONSES, endpoints: { chat: '/v1/responses' }, modelProfiles: [FIXED] },
  ],
  authenticate: bearer,
  modelList: { ...OPENAI_MODELS, path: '/v1/models' },
  // Dollars at https://platform.kimi.ai/docs/api/balance, yuan at https://platform.kimi.com/docs/api/balance; vouchers are
  // part of it, and at 0 or below nothing is served.
  balance: {
    path: '/v1/users/me/balance',
    amount: ['data', 'available_balance'],
    currency: { byHost: { 'api.moonshot.cn': 'CNY' }, otherwise: 'USD' },
  },
  failures: [
    // https://www.kimi.com/help/kimi-api/api-error-codes
    { status: 429, code: /exceeded_current_quota/, means: 'exhausted' },
    { status: 429, code: /engine_overloaded/, means: 'overloaded' },
  ],
} as const satisfies Provider;
