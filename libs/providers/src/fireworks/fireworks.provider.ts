import { bearer } from '../authenticator.js';
import { ANTHROPIC_IMITATED, OPENAI_CHAT, OPENAI_MODELS, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.fireworks.ai/api-reference/post-chatcompletions */
export const fireworks = {
  id: 'fireworks',
  displayName: 'Fireworks AI',
  documentationUrl: 'https://docs.fireworks.ai/api-reference/post-chatcompletions',
  defaultBaseUrl: 'https://api.fireworks.ai/inference/v1',
  requiresCredential: true,
  credentialHint: 'fw_…',
  dialects: [
    { ...OPENAI_CHAT, profile: { reasoningHistory: 'reasoning_content' } },
    { ...OPENAI_RESPONSES, storedResponsesPath: '/responses' },
    { ...ANTHROPIC_IMITATED, endpoints: { chat: '/messages' } },
  ],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
  // The account is suspended: https://docs.fireworks.ai/troubleshooting/status_error_codes/inference_error_code
  failures: [{ status: 412, means: 'exhausted' }],
} as const satisfies Provider;
