import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED } from '../endpoints.js';
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
      ...ANTHROPIC_IMITATED,
      profile: { ...ANTHROPIC_IMITATED.profile, reasoningHistory: 'reasoning_content' },
    },
  ],
  authenticate: bearer,
  failures: [
    // https://docs.bigmodel.cn/cn/faq/api-code
    { code: /^(100[0-4]|1111)$/, means: 'credentialInvalid' },
    { code: /^(111[023]|1121|1309)$/, means: 'exhausted' },
    { code: /^1120$/, means: 'unauthorized' },
    { code: /^(130[2348]|1310|1313)$/, means: 'rateLimited' },
    { code: /^(1305|1312)$/, means: 'overloaded' },
    { code: /^1211$/, means: 'modelGone' },
    { code: /^(122[0-2]|1311)$/, means: 'unknownModel' },
  ],
} as const satisfies Provider;
