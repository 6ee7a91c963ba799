import { bearer } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://cloud.baidu.com/doc/qianfan-api/s/3m9b5lqft */
export const qianfan = {
  id: 'qianfan',
  displayName: 'Baidu Qianfan',
  documentationUrl: 'https://cloud.baidu.com/doc/qianfan-api/s/3m9b5lqft',
  defaultBaseUrl: 'https://qianfan.baidubce.com/v2',
  requiresCredential: true,
  credentialHint: 'bce-v3/…',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: {
        outputLimitField: 'max_completion_tokens',
        reasoning: 'enable-thinking',
        reasoningHistory: 'reasoning_content',
        unsupported: new Set(['topK', 'choices', 'logprobs', 'logitBias']),
      },
    },
  ],
  authenticate: bearer,
  // The credential is good, but not for this model: https://cloud.baidu.com/doc/qianfan-api/s/rmwbl43x7
  failures: [{ status: 401, code: /^invalid_model$/, means: 'modelGone' }],
} as const satisfies Provider;
