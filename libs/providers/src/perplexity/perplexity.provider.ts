import { bearer } from '../authenticator.js';
import { OPENAI_CHAT_ONLY } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.perplexity.ai/api-reference/chat-completions-post */
export const perplexity = {
  id: 'perplexity',
  displayName: 'Perplexity',
  documentationUrl: 'https://docs.perplexity.ai/api-reference/chat-completions-post',
  defaultBaseUrl: 'https://api.perplexity.ai',
  requiresCredential: true,
  credentialHint: 'pplx-…',
  dialects: [
    {
      ...OPENAI_CHAT_ONLY,
      profile: {
        tools: false,
        audio: false,
        unsupported: new Set([
          'seed',
          'choices',
          'logprobs',
          'logitBias',
          'stopSequences',
          'parallelToolCalls',
          'user',
        ]),
      },
    },
  ],
  authenticate: bearer,
} as const satisfies Provider;
