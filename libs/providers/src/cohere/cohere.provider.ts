import { bearer } from '../authenticator.js';
import type { Provider } from '../provider.js';

/** https://docs.cohere.com/reference/chat */
export const cohere = {
  id: 'cohere',
  displayName: 'Cohere',
  documentationUrl: 'https://docs.cohere.com/reference/chat',
  defaultBaseUrl: 'https://api.cohere.com',
  requiresCredential: true,
  credentialHint: 'an API key of the Cohere dashboard',
  dialects: [
    {
      id: 'cohere-chat',
      endpoints: { chat: '/v2/chat' },
      profile: {
        reasoning: 'none',
        audio: false,
        files: false,
        // Only models that see take images, and reasoning is a mode of some.
        images: false,
        unsupported: new Set([
          'choices',
          'logitBias',
          'metadata',
          'parallelToolCalls',
          'promptCacheKey',
          'serviceTier',
          'user',
        ]),
      },
      modelProfiles: [
        { models: /vision/, profile: { images: true } },
        { models: /reasoning/, profile: { reasoning: 'thinking-type' } },
      ],
    },
    // https://docs.cohere.com/docs/compatibility-api
    { id: 'openai-chat', endpoints: { embeddings: '/compatibility/v1/embeddings' } },
  ],
  authenticate: bearer,
  // https://docs.cohere.com/reference/errors
  failures: [
    // A filter stopped the prompt.
    { status: 498, means: 'rejected' },
    { status: 499, means: 'failed' },
    { status: 400, message: /model .* (not found|does not exist)|invalid model/i, means: 'unknownModel' },
  ],
} as const satisfies Provider;
