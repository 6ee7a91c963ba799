import { bearer, OPENAI_CHAT, type Provider } from '../provider.js';

/** https://platform.openai.com/docs/api-reference */
export const openai = {
  id: 'openai',
  displayName: 'OpenAI',
  defaultBaseUrl: 'https://api.openai.com/v1',
  requiresCredential: true,
  dialects: [OPENAI_CHAT],
  authenticate: bearer,
  outputLimitField: 'max_completion_tokens',
  reportsStreamUsage: true,
} as const satisfies Provider;
