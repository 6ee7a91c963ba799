import { headerKey } from '../authenticator.js';
import { CLAUDE_MODELS } from '../claude-models.js';
import type { Provider } from '../provider.js';
import { AZURE_FAILURES } from './azure-failures.js';
import { GPT_PROFILE } from './gpt-profile.js';

/**
 * Azure's own path of OpenAI's API, version 1, which names no API version; the model is the name of a deployment.
 * https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 */
export const azureOpenai = {
  id: 'azure-openai',
  displayName: 'Azure OpenAI (Foundry)',
  documentationUrl: 'https://learn.microsoft.com/azure/ai-foundry/openai/latest',
  // The channel's own resource: https://<resource>.openai.azure.com
  defaultBaseUrl: null,
  requiresCredential: true,
  credentialHint: 'a key of the Azure resource',
  dialects: [
    {
      id: 'openai-chat',
      models: /^(?!claude)/,
      endpoints: { chat: '/openai/v1/chat/completions', embeddings: '/openai/v1/embeddings' },
      ...GPT_PROFILE,
    },
    {
      id: 'openai-responses',
      models: /^(?!claude)/,
      endpoints: { chat: '/openai/v1/responses', compact: '/openai/v1/responses/compact' },
      ...GPT_PROFILE,
      storedResponsesPath: '/openai/v1/responses',
    },
    {
      // https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry
      id: 'anthropic-messages',
      models: /^claude/,
      endpoints: { chat: '/anthropic/v1/messages', 'count-tokens': '/anthropic/v1/messages/count_tokens' },
      headers: ['anthropic-version', '2023-06-01'],
      modelProfiles: CLAUDE_MODELS,
    },
  ],
  authenticate: headerKey('api-key'),
  failures: AZURE_FAILURES,
} as const satisfies Provider;
