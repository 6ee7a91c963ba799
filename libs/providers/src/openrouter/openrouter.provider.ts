import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_CHAT, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** Other models than the one that was allowed and priced: https://openrouter.ai/docs/features/model-routing */
const body = { remove: ['models', 'route'] } as const;

/** https://openrouter.ai/docs/api-reference/overview */
export const openrouter = {
  id: 'openrouter',
  displayName: 'OpenRouter',
  documentationUrl: 'https://openrouter.ai/docs/api-reference/overview',
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  requiresCredential: true,
  credentialHint: 'sk-or-…',
  dialects: [
    { ...OPENAI_CHAT, body, profile: { reasoning: 'openrouter', reasoningHistory: 'reasoning_details' } },
    {
      ...ANTHROPIC_IMITATED,
      body,
      endpoints: { chat: '/messages' },
      profile: { reasoning: 'anthropic-budget' },
    },
    { ...OPENAI_RESPONSES, body },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
  // What is left of the key's own limit, in dollars, `null` for a key without one; the balance of the account is told to
  // management keys alone: https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key,
  // https://openrouter.ai/docs/api/api-reference/credits/get-credits
  balance: { path: '/key', amount: ['data', 'limit_remaining'], currency: 'USD' },
  failures: [
    // https://openrouter.ai/docs/api/reference/errors-and-debugging
    { status: 403, message: /moderation|flagged/i, means: 'rejected' },
    { status: 400, message: /not a valid model/i, means: 'modelGone' },
  ],
} as const satisfies Provider;
