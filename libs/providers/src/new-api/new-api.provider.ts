import { bearer } from '../authenticator.js';
import { OPENAI_MODELS } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.newapi.pro/en/api */
export const newApi = {
  id: 'new-api',
  displayName: 'New API or One API',
  documentationUrl: 'https://docs.newapi.pro/en/api',
  defaultBaseUrl: null,
  requiresCredential: true,
  credentialHint: 'sk-…',
  dialects: [
    { id: 'openai-chat', endpoints: { chat: '/v1/chat/completions', embeddings: '/v1/embeddings' } },
    {
      id: 'openai-responses',
      endpoints: { chat: '/v1/responses', compact: '/v1/responses/compact' },
    },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/v1/messages' },
      headers: ['anthropic-version', '2023-06-01'],
      profile: { reasoning: 'anthropic-budget' },
    },
    {
      id: 'gemini',
      endpoints: {
        chat: {
          whole: '/v1beta/models/{model}:generateContent',
          streamed: '/v1beta/models/{model}:streamGenerateContent?alt=sse',
        },
        embeddings: '/v1beta/models/{model}:batchEmbedContents',
      },
      profile: { reasoning: 'gemini-budget' },
    },
  ],
  authenticate: bearer,
  modelList: { ...OPENAI_MODELS, path: '/v1/models' },
  // https://docs.newapi.pro/en/api
  failures: [
    // None of its channels has the model at the moment.
    { code: /^model_not_found$/, means: 'unknownModel' },
    { code: /^insufficient_user_quota$/, means: 'exhausted' },
  ],
} as const satisfies Provider;
