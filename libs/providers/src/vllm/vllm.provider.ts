import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.vllm.ai/en/latest/serving/openai_compatible_server/ */
export const vllm = {
  id: 'vllm',
  displayName: 'vLLM',
  documentationUrl: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server/',
  defaultBaseUrl: null,
  requiresCredential: false,
  credentialHint: 'what the server was started with (--api-key), or none',
  dialects: [
    { ...OPENAI_CHAT, profile: { reasoning: 'chat-template', reasoningHistory: 'reasoning' } },
    { ...OPENAI_RESPONSES, storedResponsesPath: '/responses' },
    { id: 'anthropic-messages', endpoints: { chat: '/messages', 'count-tokens': '/messages/count_tokens' } },
  ],
  authenticate: bearer,
} as const satisfies Provider;
