import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_MODELS } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** Any server that speaks OpenAI's Chat Completions: llama.cpp, LM Studio, another gateway. */
export const openaiCompatible = {
  id: 'openai-compatible',
  displayName: 'OpenAI-compatible server',
  documentationUrl: 'https://platform.openai.com/docs/api-reference/chat',
  defaultBaseUrl: null,
  requiresCredential: false,
  credentialHint: 'what the server wants as a bearer token, or none',
  // The older name of the limit is understood by every server of this kind, the newer one by few.
  dialects: [{ ...OPENAI_CHAT, profile: { outputLimitField: 'max_tokens' } }],
  authenticate: bearer,
  modelList: OPENAI_MODELS,
} as const satisfies Provider;
