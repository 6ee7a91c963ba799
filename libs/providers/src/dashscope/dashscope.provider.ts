import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api */
export const dashscope = {
  id: 'dashscope',
  displayName: 'Alibaba Cloud Model Studio (Qwen)',
  documentationUrl: 'https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api',
  defaultBaseUrl: 'https://dashscope-intl.aliyuncs.com',
  requiresCredential: true,
  credentialHint: 'sk-…',
  dialects: [
    {
      id: 'openai-chat',
      endpoints: {
        chat: '/compatible-mode/v1/chat/completions',
        embeddings: '/compatible-mode/v1/embeddings',
      },
      profile: {
        reasoning: 'enable-thinking',
        reasoningHistory: 'reasoning_content',
        unsupported: new Set(['logitBias', 'user']),
      },
    },
    {
      ...ANTHROPIC_IMITATED,
      endpoints: { chat: '/apps/anthropic/v1/messages' },
      profile: { ...ANTHROPIC_IMITATED.profile, reasoningHistory: 'reasoning_content' },
    },
  ],
  authenticate: bearer,
  failures: [
    // https://www.alibabacloud.com/help/en/model-studio/error-code
    { code: /Arrearage/, means: 'exhausted' },
    { code: /AccessDenied/, means: 'unauthorized' },
    { code: /Throttling|limit_requests|insufficient_quota/, means: 'rateLimited' },
  ],
} as const satisfies Provider;
