import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_CHAT, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.vllm.ai/en/latest/serving/openai_compatible_server/ */
export const vllm = {
  id: 'vllm',
  displayName: 'vLLM',
  documentationUrl: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server/',
  // Where `vllm serve` listens.
  defaultBaseUrl: 'http://127.0.0.1:8000/v1',
  requiresCredential: false,
  credentialHint: 'what the server was started with (--api-key), or none',
  dialects: [
    { ...OPENAI_CHAT, profile: { reasoning: 'chat-template', reasoningHistory: 'reasoning' } },
    { ...OPENAI_RESPONSES, storedResponsesPath: '/responses' },
    { ...ANTHROPIC_IMITATED, endpoints: { chat: '/messages', 'count-tokens': '/messages/count_tokens' } },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
} as const satisfies Provider;
