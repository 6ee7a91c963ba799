import { headerKey } from '../authenticator.js';
import { CLAUDE_MODELS } from '../claude-models.js';
import { OPENAI_MODELS } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://platform.claude.com/docs/en/api/messages */
export const anthropic = {
  id: 'anthropic',
  displayName: 'Anthropic',
  documentationUrl: 'https://platform.claude.com/docs/en/api/messages',
  defaultBaseUrl: 'https://api.anthropic.com/v1',
  requiresCredential: true,
  credentialHint: 'sk-ant-…',
  dialects: [
    {
      id: 'anthropic-messages',
      endpoints: { chat: '/messages', 'count-tokens': '/messages/count_tokens' },
      headers: ['anthropic-version', '2023-06-01'],
      profile: { reasoning: 'anthropic-budget', audio: false },
      modelProfiles: CLAUDE_MODELS,
    },
  ],
  authenticate: headerKey('x-api-key'),
  modelList: { ...OPENAI_MODELS, path: '/models?limit=1000' },
  failures: [
    // https://platform.claude.com/docs/en/api/errors
    { status: 400, message: /credit balance is too low|reached your specified/i, means: 'exhausted' },
  ],
} as const satisfies Provider;
