import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { ModelProfile, Provider, ProviderDialect } from '../provider.js';

/** Models that think take neither sampling nor penalties. https://developers.openai.com/api/docs/guides/reasoning */
const THINKING_MODELS: ModelProfile = {
  models: /^(ft:)?(o\d|gpt-5(?!.*-chat)|gpt-[6-9])/,
  profile: {
    reasoning: 'effort',
    unsupported: new Set([
      ...(['temperature', 'topP', 'topK', 'frequencyPenalty', 'presencePenalty'] as const),
      ...(['logprobs', 'logitBias'] as const),
    ]),
  },
};

/** The others refuse to be told how much to think. */
const PROFILE = {
  outputLimitField: 'max_completion_tokens',
  reasoning: 'none',
  unsupported: new Set(['topK'] as const),
} as const;

const RESPONSES = {
  ...OPENAI_RESPONSES,
  endpoints: {
    chat: '/responses',
    compact: '/responses/compact',
    'count-tokens': '/responses/input_tokens',
  },
  profile: PROFILE,
  modelProfiles: [THINKING_MODELS],
  storedResponsesPath: '/responses',
} as const satisfies ProviderDialect;

/** https://developers.openai.com/api/reference */
export const openai = {
  id: 'openai',
  displayName: 'OpenAI',
  documentationUrl: 'https://developers.openai.com/api/reference',
  defaultBaseUrl: 'https://api.openai.com/v1',
  requiresCredential: true,
  credentialHint: 'sk-…',
  dialects: [
    // From 5.6 on, Chat takes no functions where it is told how much to think.
    { ...RESPONSES, models: /^gpt-(5\.([6-9]|\d\d)|[6-9])/ },
    { ...OPENAI_CHAT, profile: PROFILE, modelProfiles: [THINKING_MODELS] },
    RESPONSES,
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
  failures: [
    // No credit is left, or a limit of spending is reached: https://developers.openai.com/api/docs/guides/error-codes
    {
      status: 429,
      code: /^(insufficient_quota|credit_balance_exhausted|.*_(usage|spend)_limit_exceeded)$/,
      means: 'exhausted',
    },
  ],
} as const satisfies Provider;
