import { bearer } from '../authenticator.js';
import type { Provider } from '../provider.js';

/** https://docs.bigmodel.cn/api-reference */
export const zhipu = {
  id: 'zhipu',
  displayName: 'Zhipu AI (GLM)',
  documentationUrl: 'https://docs.bigmodel.cn/api-reference',
  defaultBaseUrl: 'https://open.bigmodel.cn/api',
  requiresCredential: true,
  credentialHint: 'an API key',
  dialects: [
    {
      id: 'openai-chat',
      endpoints: { chat: '/paas/v4/chat/completions', embeddings: '/paas/v4/embeddings' },
      profile: {
        reasoning: 'thinking-type',
        reasoningHistory: 'reasoning_content',
        structuredOutput: 'json-object',
        unsupported: new Set([
          'topK',
          'seed',
          'choices',
          'logprobs',
          'logitBias',
          'presencePenalty',
          'frequencyPenalty',
        ]),
      },
    },
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/anthropic/v1/messages' },
      headers: ['anthropic-version', '2023-06-01'],
      profile: { reasoning: 'anthropic-budget', reasoningHistory: 'reasoning_content', audio: false },
    },
  ],
  authenticate: bearer,
  failures: [
    // https://docs.bigmodel.cn/cn/faq/api-code
    { code: /^(1113|1112|1110|1111)$/, means: 'unauthorized' },
    { code: /^(1302|1303|1304|1305|1308)$/, means: 'rateLimited' },
    { code: /^1211$/, means: 'unknownModel' },
  ],
} as const satisfies Provider;
