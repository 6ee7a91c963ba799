import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../endpoints.js';
import type { ModelProfile, Provider } from '../provider.js';

/** Models that think take neither sampling nor penalties. https://platform.openai.com/docs/guides/reasoning */
const THINKING_MODELS: ModelProfile = {
  models: /^(o\d|gpt-5(?!.*-chat))/,
  profile: {
    unsupported: new Set([
      'temperature',
      'topP',
      'frequencyPenalty',
      'presencePenalty',
      'logprobs',
      'logitBias',
      'topK',
    ]),
  },
};

const PROFILE = {
  outputLimitField: 'max_completion_tokens',
  unsupported: new Set(['topK'] as const),
} as const;

/** https://platform.openai.com/docs/api-reference */
export const openai = {
  id: 'openai',
  displayName: 'OpenAI',
  documentationUrl: 'https://platform.openai.com/docs/api-reference',
  defaultBaseUrl: 'https://api.openai.com/v1',
  requiresCredential: true,
  credentialHint: 'sk-…',
  dialects: [
    { ...OPENAI_CHAT, profile: PROFILE, modelProfiles: [THINKING_MODELS] },
    {
      ...OPENAI_RESPONSES,
      endpoints: {
        chat: '/responses',
        compact: '/responses/compact',
        'count-tokens': '/responses/input_tokens',
      },
      profile: PROFILE,
      modelProfiles: [THINKING_MODELS],
      storedResponsesPath: '/responses',
    },
  ],
  authenticate: bearer,
} as const satisfies Provider;
