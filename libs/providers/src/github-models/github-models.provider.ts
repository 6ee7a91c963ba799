import { bearer } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://docs.github.com/en/rest/models/inference */
export const githubModels = {
  id: 'github-models',
  displayName: 'GitHub Models',
  documentationUrl: 'https://docs.github.com/en/rest/models/inference',
  defaultBaseUrl: 'https://models.github.ai/inference',
  requiresCredential: true,
  credentialHint: 'a GitHub token with models:read',
  dialects: [
    { ...OPENAI_CHAT, profile: { unsupported: new Set(['topK', 'logitBias', 'serviceTier', 'metadata']) } },
  ],
  authenticate: bearer,
  failures: [{ status: 400, code: /^unknown_model$/, means: 'modelGone' }],
} as const satisfies Provider;
