import { CLAUDE_MODELS } from '../claude-models.js';
import type { ChannelOptions, Provider } from '../provider.js';
import type { EgressGuard } from '../transport/egress-guard.js';
import { authenticateGoogle } from './vertex-auth.js';
import { GOOGLE_FAILURES } from './vertex-failures.js';

const PLACE = '/v1/projects/{project}/locations/{location}';
const GEMINI = `${PLACE}/publishers/google/models/{model}`;
const CLAUDE = `${PLACE}/publishers/anthropic/models`;
const MISTRAL = `${PLACE}/publishers/mistralai/models/{model}`;
const VERSION = { anthropic_version: 'vertex-2023-10-16' } as const;

/** Google Cloud's models: Gemini, Claude, Mistral and open ones. https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest */
export const vertex = {
  id: 'vertex',
  displayName: 'Google Vertex AI',
  documentationUrl: 'https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest',
  defaultBaseUrl: 'https://{host}',
  requiresCredential: true,
  credentialHint: "a service account's JSON, or an API key bound to one",
  options: {
    project: {
      description: 'id of the Google Cloud project',
      pattern: /^[a-z][a-z0-9.:-]{2,60}[a-z0-9]$/,
    },
    location: {
      description: 'where the models run: global, us-east5, europe-west1 …',
      default: 'global',
      pattern: /^[a-z]+(-[a-z]+\d+)?$/,
    },
    host: {
      description: "the location's host; follows from the location",
      default: 'aiplatform.googleapis.com',
      defaultFrom: ({ location = 'global' }: ChannelOptions) => hostOf(location),
      pattern: /^[a-z0-9.-]+$/,
    },
  },
  dialects: [
    {
      id: 'anthropic-messages',
      models: /^claude/,
      endpoints: {
        chat: { whole: `${CLAUDE}/{model}:rawPredict`, streamed: `${CLAUDE}/{model}:streamRawPredict` },
      },
      body: { remove: ['model'], add: VERSION },
      profile: { imageUrls: false, fileUrls: false },
      modelProfiles: CLAUDE_MODELS,
    },
    {
      // Here the model stays in the body, and stands in no path.
      id: 'anthropic-messages',
      models: /^claude/,
      endpoints: { 'count-tokens': `${CLAUDE}/count-tokens:rawPredict` },
      body: { add: VERSION },
      profile: { imageUrls: false, fileUrls: false },
      modelProfiles: CLAUDE_MODELS,
    },
    {
      id: 'openai-chat',
      models: /^(mistral|ministral|codestral)/,
      endpoints: { chat: { whole: `${MISTRAL}:rawPredict`, streamed: `${MISTRAL}:streamRawPredict` } },
      profile: { reasoning: 'none', toolCallIds: 'nine-alphanumeric' },
    },
    {
      // Open models carry their publisher: meta/llama-4-maverick-17b-128e-instruct-maas.
      id: 'openai-chat',
      models: /\//,
      endpoints: { chat: `${PLACE}/endpoints/openapi/chat/completions` },
    },
    {
      id: 'gemini',
      models: /^(?!claude|mistral|ministral|codestral)[^/]+$/,
      endpoints: {
        chat: { whole: `${GEMINI}:generateContent`, streamed: `${GEMINI}:streamGenerateContent?alt=sse` },
        'count-tokens': `${GEMINI}:countTokens`,
      },
      profile: { reasoning: 'gemini-budget', imageUrls: false, fileUrls: false },
      modelProfiles: [
        { models: /^gemini-([3-9]|\d\d)/, profile: { reasoning: 'gemini-level', callSignatures: true } },
      ],
    },
  ],
  authenticate: (credential: string | null, _options: ChannelOptions, guard?: EgressGuard) =>
    authenticateGoogle(credential, guard),
  failures: GOOGLE_FAILURES,
} as const satisfies Provider;

/** https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  // Several regions of one continent.
  if (location === 'us' || location === 'eu') return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}
