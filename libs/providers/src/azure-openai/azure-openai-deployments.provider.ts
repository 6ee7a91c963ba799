import { headerKey } from '../authenticator.js';
import type { Provider } from '../provider.js';
import { AZURE_FAILURES } from './azure-failures.js';
import { GPT_PROFILE } from './gpt-profile.js';

/**
 * Azure's older paths, one a deployment, for resources and clouds that have no path `/openai/v1` yet.
 * https://learn.microsoft.com/azure/ai-foundry/openai/reference
 */
export const azureOpenaiDeployments = {
  id: 'azure-openai-deployments',
  displayName: 'Azure OpenAI (deployment paths)',
  documentationUrl: 'https://learn.microsoft.com/azure/ai-foundry/openai/reference',
  defaultBaseUrl: null,
  requiresCredential: true,
  credentialHint: 'a key of the Azure resource',
  options: {
    apiVersion: {
      description: 'the API version, a date',
      // The last that is generally available: later ones are previews, or have no deployment paths.
      default: '2024-10-21',
      pattern: /^\d{4}-\d{2}-\d{2}(-preview)?$/,
    },
  },
  dialects: [
    {
      id: 'openai-chat',
      endpoints: {
        chat: '/openai/deployments/{model}/chat/completions?api-version={apiVersion}',
        embeddings: '/openai/deployments/{model}/embeddings?api-version={apiVersion}',
      },
      ...GPT_PROFILE,
    },
  ],
  authenticate: headerKey('api-key'),
  failures: AZURE_FAILURES,
} as const satisfies Provider;
