import { bearer } from '../authenticator.js';
import { OPENAI_CHAT, OPENAI_RESPONSES } from '../endpoints.js';
import type { Provider } from '../provider.js';

/** https://www.volcengine.com/docs/82379 */
export const volcengine = {
  id: 'volcengine',
  displayName: 'Volcengine Ark (Doubao)',
  documentationUrl: 'https://www.volcengine.com/docs/82379',
  defaultBaseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
  requiresCredential: true,
  credentialHint: 'an API key',
  dialects: [
    {
      ...OPENAI_CHAT,
      profile: {
        reasoning: 'thinking-type',
        reasoningHistory: 'reasoning_content',
        unsupported: new Set(['topK', 'seed', 'user', 'metadata']),
      },
    },
    { ...OPENAI_RESPONSES, storedResponsesPath: '/responses' },
  ],
  authenticate: bearer,
  failures: [
    // https://www.volcengine.com/docs/82379/1299023
    { code: /AccountOverdueError|QuotaExceeded|SetLimitExceeded/, means: 'exhausted' },
    { code: /ServerOverloaded/, means: 'overloaded' },
    { code: /ModelNotOpen|ClosedEndpoint|InvalidEndpointOrModel/, means: 'unknownModel' },
  ],
} as const satisfies Provider;
