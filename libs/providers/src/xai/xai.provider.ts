import { bearer } from '../authenticator.js';
import { OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { ModelProfile, Provider } from '../provider.js';

/** Models that think take no penalties and no stop sequences. https://docs.x.ai/developers/model-capabilities/text/reasoning */
const THINKING: ModelProfile = {
  models: /^grok-(3-mini|4|code|build)/,
  profile: {
    unsupported: new Set(['topK', 'logitBias', 'presencePenalty', 'frequencyPenalty', 'stopSequences']),
  },
};

/** Names that say whether they think refuse to be told how much; from 4.3 on, an effort is taken. */
const UNTOLD: ModelProfile = {
  models: /^grok-(2|3(?!-mini)|4(?![.\d])|4\.20|code)/,
  profile: { reasoning: 'none' },
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
      modelProfiles: [THINKING, UNTOLD],
    },
    {
      ...OPENAI_RESPONSES,
      profile: { unsupported: new Set(['topK', 'logitBias']) },
      modelProfiles: [UNTOLD],
      storedResponsesPath: '/responses',
    },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
  failures: [
    { status: 400, message: /incorrect api key/i, means: 'credentialInvalid' },
    { status: 403, message: /usage guidelines/i, means: 'rejected' },
  ],
} as const satisfies Provider;
