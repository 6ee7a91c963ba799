import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://platform.minimax.io/docs/api-reference/text-openai-api */
export const minimax = {
  id: 'minimax',
  displayName: 'MiniMax',
  documentationUrl: 'https://platform.minimax.io/docs/api-reference/text-openai-api',
  defaultBaseUrl: 'https://api.minimax.io',
  requiresCredential: true,
  credentialHint: 'an API key',
  dialects: [
    {
      id: 'openai-chat',
      endpoints: { chat: '/v1/chat/completions' },
      profile: {
        reasoning: 'none',
        reasoningHistory: 'reasoning_details',
        unsupported: new Set([
          'topK',
          'choices',
          'logprobs',
          'logitBias',
          'presencePenalty',
          'frequencyPenalty',
        ]),
      },
    },
    { ...ANTHROPIC_IMITATED, profile: { ...ANTHROPIC_IMITATED.profile, images: false, files: false } },
    { ...OPENAI_RESPONSES, endpoints: { chat: '/v1/responses' }, profile: { audio: false } },
  ],
  authenticate: bearer,
  failures: [
    // The code ends the message, whatever the status: https://platform.minimax.io/docs/api-reference/errorcode
    { message: /\((1004|2049)\)$/, means: 'credentialInvalid' },
    { message: /\(1008\)$/, means: 'exhausted' },
    { message: /\((1002|1039|1041)\)$/, means: 'rateLimited' },
    { message: /\(102[67]\)$/, means: 'rejected' },
    { message: /\(1001\)$/, means: 'timedOut' },
  ],
} as const satisfies Provider;
