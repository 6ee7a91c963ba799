import { fixedHeaders, type Authenticator } from '../authenticator.js';
import type { ModelProfile, Provider } from '../provider.js';

/**
 * Thinks in levels, and wants the signature of each call back.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const GEMINI_3: ModelProfile = {
  models: /^gemini-([3-9]|\d\d)/,
  profile: { reasoning: 'gemini-level', callSignatures: true },
};

/** https://ai.google.dev/api/generate-content */
export const gemini = {
  id: 'gemini',
  displayName: 'Google Gemini',
  documentationUrl: 'https://ai.google.dev/api/generate-content',
  defaultBaseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  requiresCredential: true,
  credentialHint: 'AIza…',
  dialects: [
    {
      id: 'gemini',
      endpoints: {
        chat: {
          whole: '/models/{model}:generateContent',
          streamed: '/models/{model}:streamGenerateContent?alt=sse',
        },
        'count-tokens': '/models/{model}:countTokens',
        embeddings: '/models/{model}:batchEmbedContents',
      },
      profile: { reasoning: 'gemini-budget', imageUrls: false, fileUrls: false },
      modelProfiles: [GEMINI_3],
    },
    {
      id: 'openai-chat',
      endpoints: { chat: '/openai/chat/completions', embeddings: '/openai/embeddings' },
      profile: { imageUrls: false, fileUrls: false },
    },
  ],
  authenticate,
  failures: [
    // https://ai.google.dev/gemini-api/docs/troubleshooting
    { status: 400, code: /API_KEY_INVALID|API_KEY_EXPIRED/, means: 'credentialInvalid' },
    { status: 400, message: /api key (not valid|expired)/i, means: 'credentialInvalid' },
    // The account has no billing where the free tier is not offered.
    { status: 400, code: /^FAILED_PRECONDITION$/, means: 'exhausted' },
  ],
} as const satisfies Provider;

/** Below `/openai`, the key is a bearer token: https://ai.google.dev/gemini-api/docs/openai */
function authenticate(credential: string | null): Authenticator {
  if (credential === null) return fixedHeaders([]);
  return {
    headers: ({ path }) =>
      /\/openai\/(chat\/completions|embeddings)$/.test(path)
        ? ['authorization', `Bearer ${credential}`]
        : ['x-goog-api-key', credential],
  };
}
