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
  // `totalBalance` is what was given (`balance`) and what was paid in (`chargeBalance`); the answer names no currency, the
  // price lists of the two sites do: https://docs.siliconflow.com/en/api-reference/userinfo/get-user-info,
  // https://docs.siliconflow.cn/en/api-reference/userinfo/get-user-info, https://www.siliconflow.cn/pricing
  balance: {
    path: '/user/info',
    amount: ['data', 'totalBalance'],
    currency: { byHost: { 'api.siliconflow.cn': 'CNY' }, otherwise: 'USD' },
  },
  // https://docs.siliconflow.cn/en/faqs/error-code
  failures: [
    { status: 400, code: /^20012$/, means: 'modelGone' },
    { code: /^30001$/, means: 'exhausted' },
  ],
} as const satisfies Provider;
