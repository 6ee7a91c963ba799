import { bearer } from '../authenticator.js';
import { OPENAI_RESPONSES } from '../endpoints.js';
import type { ModelProfile, Provider } from '../provider.js';

/** Models that think take no penalties and no stop sequences. https://docs.x.ai/docs/guides/reasoning */
const THINKING: ModelProfile = {
  models: /^grok-(3-mini|4)/,
  profile: {
    unsupported: new Set(['topK', 'logitBias', 'presencePenalty', 'frequencyPenalty', 'stopSequences']),
  },
};

/** https://docs.x.ai/docs/api-reference */
export const xai = {
  id: 'xai',
  displayName: 'xAI',
  documentationUrl: 'https://docs.x.ai/docs/api-reference',
  defaultBaseUrl: 'https://api.x.ai/v1',
  requiresCredential: true,
  credentialHint: 'xai-…',
  dialects: [
    {
      id: 'openai-chat',
      endpoints: { chat: '/chat/completions', embeddings: '/embeddings' },
      profile: { outputLimitField: 'max_completion_tokens', unsupported: new Set(['topK', 'logitBias']) },
      modelProfiles: [THINKING],
    },
    {
      ...OPENAI_RESPONSES,
      profile: { unsupported: new Set(['topK', 'logitBias']) },
      storedResponsesPath: '/responses',
    },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/messages' },
      headers: ['anthropic-version', '2023-06-01'],
    },
  ],
  authenticate: bearer,
  failures: [
    { status: 400, message: /incorrect api key/i, means: 'unauthorized' },
    { status: 403, message: /usage guidelines/i, means: 'rejected' },
  ],
} as const satisfies Provider;
