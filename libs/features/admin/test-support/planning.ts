import { settingsDocument } from '@tollgate/contracts';
import { CHANNEL_DEFAULTS } from '../src/channels/channel-values.js';
import { MODEL_ROUTING_DEFAULTS } from '../src/routing/routing-values.js';
import type { ProviderCatalogue } from '../src/providers/provider-catalogue.js';
import { ConfigFileError } from '../src/config-file/config-problems.js';
import { parseConfigFile } from '../src/config-file/parse-config-file.js';
import { resolveCredentials } from '../src/config-file/resolve-credentials.js';
import type { CurrentState } from '../src/config-file/plan/current-state.js';
import { planConfig } from '../src/config-file/plan/plan-config.js';
import { provider } from './provider.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');

const providers: ProviderCatalogue = {
  list: () => [
    provider({
      ...{ id: 'openai', displayName: 'OpenAI', requiresCredential: true },
      defaultBaseUrl: 'https://api.openai.com/v1',
      dialects: ['openai-chat', 'openai-responses'],
    }),
    provider({ id: 'compatible', displayName: 'Compatible' }),
    provider({
      ...{ id: 'regional', displayName: 'Regional' },
      defaultBaseUrl: 'https://{region}.vendor.example',
      dialects: ['bedrock-converse'],
      options: [
        {
          ...{ name: 'region', description: 'a region: eu, us', required: false, default: 'us' },
          pattern: '^[a-z]{2}$',
        },
      ],
    }),
  ],
};

export const EMPTY: CurrentState = {
  organizations: new Map(),
  channels: new Map(),
  models: new Map(),
  prices: new Map(),
  keys: [],
  budgets: [],
  settings: settingsDocument.parse({}),
};

export const ACME = {
  id: 'org-1',
  name: 'acme',
  group: 'default',
  openingBalance: '100.00',
  limits: null,
  allowedAddresses: null,
};
export const CHANNEL = {
  ...CHANNEL_DEFAULTS,
  id: 'channel-1',
  name: 'main',
  provider: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  credentials: ['sk-stored'],
  models: [{ name: 'gpt-4o', upstream: 'gpt-4o', cost: null }],
};
export const KEY = {
  id: 'key-1',
  name: 'ci',
  organization: 'acme',
  hash: 'hash:a-secret-of-twenty-characters',
  status: 'active' as const,
  models: null,
  requireTags: null,
  expiresAt: null,
  limits: null,
  allowedAddresses: null,
};
export const EXISTING: CurrentState = {
  ...EMPTY,
  organizations: new Map([['acme', ACME]]),
  channels: new Map([['main', CHANNEL]]),
  models: new Map([
    [
      'gpt-4o',
      {
        id: 'model-1',
        name: 'gpt-4o',
        displayName: 'GPT-4o',
        description: null,
        ownedBy: null,
        contextTokensMax: null,
        outputTokensMax: 100,
        ...MODEL_ROUTING_DEFAULTS,
        enabled: true,
      },
    ],
  ]),
  prices: new Map([
    [
      'gpt-4o',
      [
        { version: 1, effectiveFrom: Date.parse('2026-01-01'), prices: { input: '3.00' } },
        { version: 2, effectiveFrom: Date.parse('2026-05-01'), prices: { input: '2.50', output: '10.00' } },
        { version: 3, effectiveFrom: Date.parse('2027-01-01'), prices: { input: '2.00', output: '8.00' } },
      ],
    ],
  ]),
  keys: [KEY],
};

export function plan(yaml: string, current: CurrentState) {
  const file = parseConfigFile(`version: 1\n${yaml}`);
  return planConfig({
    file,
    secrets: resolveCredentials(file, {}).byChannel,
    keyHashes: file.keys.map(({ secret }) => (secret === undefined ? null : `hash:${secret}`)),
    current,
    providers,
    now: NOW,
  });
}

/** `~ channel main: priority 0>10`, one line a change. */
export function lines(yaml: string, current: CurrentState): string[] {
  return plan(yaml, current).changes.map(({ change }) => {
    const fields = change.fields.map(
      ({ field, from, to }) => `${field} ${JSON.stringify(from)}>${JSON.stringify(to)}`,
    );
    return `${change.action === 'create' ? '+' : '~'} ${change.kind} ${change.name}: ${fields.join(', ')}`;
  });
}

export function problems(yaml: string, current: CurrentState): string[] {
  try {
    plan(yaml, current);
    return [];
  } catch (error) {
    if (error instanceof ConfigFileError)
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
}
