import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_CHAT, OPENAI_MODELS } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions */
export const siliconflow = {
  id: 'siliconflow',
  displayName: 'SiliconFlow',
  documentationUrl: 'https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions',
  defaultBaseUrl: 'https://api.siliconflow.com/v1',
  requiresCredential: true,
  credentialHint: 'sk-…',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: {
        reasoning: 'enable-thinking',
        reasoningHistory: 'reasoning_content',
        structuredOutput: 'json-object',
        unsupported: new Set(['seed', 'presencePenalty', 'logprobs', 'logitBias', 'user']),
      },
    },
    { ...ANTHROPIC_IMITATED, endpoints: { chat: '/messages' } },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
  // https://docs.siliconflow.com/en/api-reference/userinfo/get-user-info
  balance: { path: '/user/info', amount: ['data', 'totalBalance'], currency: 'USD' },
  // https://docs.siliconflow.cn/en/faqs/error-code
  failures: [
    { status: 400, code: /^20012$/, means: 'modelGone' },
    { code: /^30001$/, means: 'exhausted' },
  ],
} as const satisfies Provider;
