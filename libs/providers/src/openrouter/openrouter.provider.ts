import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_CHAT, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://openrouter.ai/docs/api-reference/overview */
export const openrouter = {
  id: 'openrouter',
  displayName: 'OpenRouter',
  documentationUrl: 'https://openrouter.ai/docs/api-reference/overview',
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  requiresCredential: true,
  credentialHint: 'sk-or-…',
  dialects: [
    { ...OPENAI_CHAT, profile: { reasoning: 'openrouter', reasoningHistory: 'reasoning_details' } },
    { ...ANTHROPIC_IMITATED, endpoints: { chat: '/messages' }, profile: { reasoning: 'anthropic-budget' } },
    OPENAI_RESPONSES,
  ],
  authenticate: bearer,
  failures: [
    // https://openrouter.ai/docs/api/reference/errors-and-debugging
    { status: 403, message: /moderation|flagged/i, means: 'rejected' },
    { status: 400, message: /not a valid model/i, means: 'unknownModel' },
  ],
} as const satisfies Provider;
