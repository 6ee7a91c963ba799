import { bearer } from '../authenticator.js';
import { OPENAI_MODELS } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** Another installation of this gateway: it speaks every dialect of the client. */
export const tollgate = {
  id: 'tollgate',
  displayName: 'Another Tollgate',
  documentationUrl: 'https://platform.openai.com/docs/api-reference/chat',
  defaultBaseUrl: null,
  requiresCredential: true,
  credentialHint: 'sk-tg-…',
  dialects: [
    { id: 'openai-chat', endpoints: { chat: '/v1/chat/completions', embeddings: '/v1/embeddings' } },
    {
      id: 'openai-responses',
      endpoints: {
        chat: '/v1/responses',
        compact: '/v1/responses/compact',
        'count-tokens': '/v1/responses/input_tokens',
      },
      storedResponsesPath: '/v1/responses',
    },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/v1/messages', 'count-tokens': '/v1/messages/count_tokens' },
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
        'count-tokens': '/v1beta/models/{model}:countTokens',
      },
      profile: { reasoning: 'gemini-budget' },
    },
  ],
  authenticate: bearer,
  modelList: { ...OPENAI_MODELS, path: '/v1/models' },
} as const satisfies Provider;
