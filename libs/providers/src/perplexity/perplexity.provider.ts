import { bearer } from '../authenticator.js';
import { OPENAI_CHAT_ONLY, OPENAI_RESPONSES } from '../endpoints.js';
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
      models: /^[^/]+$/,
      profile: {
        reasoning: 'none',
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
    {
      // Models of other vendors carry their name: openai/gpt-5.4. https://docs.perplexity.ai/docs/grounded-llm/openai-compatibility
      ...OPENAI_RESPONSES,
      models: /\//,
      endpoints: { chat: '/v1/responses' },
    },
  ],
  authenticate: bearer,
  failures: [{ status: 400, message: /^invalid model/i, means: 'modelGone' }],
} as const satisfies Provider;
