import { OPENAI_CHAT, type Provider } from '../provider.js';
import { DemoTransport } from './demo-transport.js';

/** A vendor that needs no network, no account and no money: deterministic text, streams and usage. */
export const demo = {
  id: 'demo',
  displayName: 'Demo (built in)',
  defaultBaseUrl: 'http://demo.invalid/v1',
  requiresCredential: false,
  dialects: [OPENAI_CHAT],
  authenticate: () => [],
  outputLimitField: 'max_completion_tokens',
  reportsStreamUsage: true,
  inProcess: new DemoTransport(),
} as const satisfies Provider;
