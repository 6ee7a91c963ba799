import { fixedHeaders } from '../authenticator.js';
import { OPENAI_CHAT } from '../endpoints.js';
import type { Provider } from '../provider.js';
import { DemoTransport } from './demo-transport.js';

/** A vendor that needs no network, no account and no money: deterministic text, streams and usage. */
export const demo = {
  id: 'demo',
  displayName: 'Demo (built in)',
  documentationUrl: 'https://platform.openai.com/docs/api-reference/chat',
  defaultBaseUrl: 'http://demo.invalid/v1',
  requiresCredential: false,
  credentialHint: 'none',
  dialects: [{ ...OPENAI_CHAT, profile: { outputLimitField: 'max_completion_tokens' } }],
  authenticate: () => fixedHeaders([]),
  inProcess: new DemoTransport(),
} as const satisfies Provider;
