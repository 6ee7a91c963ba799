import { headerKey } from '../authenticator.js';
import type { Provider } from '../provider.js';
import { GOOGLE_FAILURES } from './vertex-failures.js';

const MODEL = '/v1/publishers/google/models/{model}';

/**
 * Vertex AI by an API key alone: no project, no location, Gemini only.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/overview
 */
export const vertexExpress = {
  id: 'vertex-express',
  displayName: 'Google Vertex AI (express mode)',
  documentationUrl:
    'https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference',
  defaultBaseUrl: 'https://aiplatform.googleapis.com',
  requiresCredential: true,
  credentialHint: 'an API key of express mode',
  dialects: [
    {
      id: 'gemini',
      endpoints: {
        chat: { whole: `${MODEL}:generateContent`, streamed: `${MODEL}:streamGenerateContent?alt=sse` },
        'count-tokens': `${MODEL}:countTokens`,
      },
      profile: { reasoning: 'gemini-budget', imageUrls: false, fileUrls: false },
      modelProfiles: [
        { models: /^gemini-([3-9]|\d\d)/, profile: { reasoning: 'gemini-level', callSignatures: true } },
      ],
    },
  ],
  authenticate: headerKey('x-goog-api-key'),
  failures: GOOGLE_FAILURES,
} as const satisfies Provider;
