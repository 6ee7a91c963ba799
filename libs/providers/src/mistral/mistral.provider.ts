import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.mistral.ai/api */
export const mistral = {
  id: 'mistral',
  displayName: 'Mistral AI',
  documentationUrl: 'https://docs.mistral.ai/api',
  defaultBaseUrl: 'https://api.mistral.ai/v1',
  requiresCredential: true,
  credentialHint: 'an API key',
  dialects: [
    {
      ...OPENAI_CHAT,
      // Calls in a stream come without their index: https://docs.mistral.ai/api/#tag/chat
      passes: false,
      profile: {
        reasoning: 'none',
        toolCallIds: 'nine-alphanumeric',
        streamUsage: false,
        unsupported: new Set(['topK', 'logprobs', 'logitBias', 'user', 'serviceTier']),
      },
      // https://docs.mistral.ai/capabilities/reasoning
      modelProfiles: [{ models: /^(mistral-small|mistral-medium)/, profile: { reasoning: 'effort' } }],
    },
    {
      // Nothing is stored there: https://docs.mistral.ai/studio/conversations/responses
      ...OPENAI_RESPONSES,
      endpoints: { chat: '/responses', 'count-tokens': '/responses/input_tokens' },
    },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
  // https://docs.mistral.ai/api
  failures: [{ status: 400, message: /^invalid model/i, means: 'modelGone' }],
} as const satisfies Provider;
