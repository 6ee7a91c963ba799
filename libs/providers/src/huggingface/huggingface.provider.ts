import { bearer } from '../authenticator.js';
import { OPENAI_CHAT_ONLY, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://huggingface.co/docs/inference-providers/tasks/chat-completion */
export const huggingface = {
  id: 'huggingface',
  displayName: 'Hugging Face router',
  documentationUrl: 'https://huggingface.co/docs/inference-providers/tasks/chat-completion',
  defaultBaseUrl: 'https://router.huggingface.co/v1',
  requiresCredential: true,
  credentialHint: 'hf_…',
  dialects: [{ ...OPENAI_CHAT_ONLY, profile: { reasoningHistory: 'reasoning_content' } }, OPENAI_RESPONSES],
  authenticate: bearer,
  failures: [{ status: 400, code: /^model_not_(found|supported)$/, means: 'modelGone' }],
} as const satisfies Provider;
