import { bearer } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://cloud.tencent.com/document/product/1729/111007 */
export const hunyuan = {
  id: 'hunyuan',
  displayName: 'Tencent Hunyuan',
  documentationUrl: 'https://cloud.tencent.com/document/product/1729/111007',
  defaultBaseUrl: 'https://api.hunyuan.cloud.tencent.com/v1',
  requiresCredential: true,
  credentialHint: 'sk-…',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: {
        reasoning: 'enable-thinking',
        reasoningHistory: 'reasoning_content',
        structuredOutput: 'json-object',
        unsupported: new Set([
          'choices',
          'logprobs',
          'logitBias',
          'presencePenalty',
          'frequencyPenalty',
          'user',
        ]),
      },
    },
  ],
  authenticate: bearer,
} as const satisfies Provider;
