import { bearer } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://inference.readthedocs.io/en/latest/user_guide/client_api.html */
export const xinference = {
  id: 'xinference',
  displayName: 'Xinference',
  documentationUrl: 'https://inference.readthedocs.io/en/latest/user_guide/client_api.html',
  // Where `xinference-local` listens.
  defaultBaseUrl: 'http://127.0.0.1:9997/v1',
  requiresCredential: false,
  credentialHint: 'any, or none',
  dialects: [
    { ...OPENAI_CHAT, profile: { reasoning: 'chat-template', reasoningHistory: 'reasoning_content' } },
  ],
  authenticate: bearer,
} as const satisfies Provider;
