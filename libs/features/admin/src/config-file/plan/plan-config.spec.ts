import { describe, expect, it } from '@jest/globals';
import { settingsDocument } from '@tollgate/contracts';
import { CHANNEL_DEFAULTS } from '../../channels/channel-values.js';
import { MODEL_ROUTING_DEFAULTS } from '../../routing/routing-values.js';
import type { ProviderCatalogue } from '../../providers/provider-catalogue.js';
import { ConfigFileError } from '../config-problems.js';
import { parseConfigFile } from '../parse-config-file.js';
import { resolveCredentials } from '../resolve-credentials.js';
import type { CurrentState } from './current-state.js';
import { planConfig } from './plan-config.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');

const providers: ProviderCatalogue = {
  list: () => [
    {
      id: 'openai',
      displayName: 'OpenAI',
      documentationUrl: 'https://vendor.example/docs',
      defaultBaseUrl: 'https://api.openai.com/v1',
      requiresCredential: true,
      credentialHint: 'sk-…',
      dialects: ['openai-chat', 'openai-responses'],
      options: [],
    },
    {
      id: 'compatible',
      displayName: 'Compatible',
      documentationUrl: 'https://vendor.example/docs',
      defaultBaseUrl: null,
      requiresCredential: false,
      credentialHint: 'sk-…',
      dialects: ['openai-chat'],
      options: [],
    },
    {
      id: 'regional',
      displayName: 'Regional',
      documentationUrl: 'https://vendor.example/docs',
      defaultBaseUrl: 'https://{region}.vendor.example',
      requiresCredential: false,
      credentialHint: 'sk-…',
      dialects: ['bedrock-converse'],
      options: [
        {
          ...{ name: 'region', description: 'a region: eu, us', required: false, default: 'us' },
          pattern: '^[a-z]{2}$',
        },
      ],
    },
  ],
};

const EMPTY: CurrentState = {
  organizations: new Map(),
  channels: new Map(),
  models: new Map(),
  prices: new Map(),
  keys: [],
  budgets: [],
  settings: settingsDocument.parse({}),
};

const ACME = {
  id: 'org-1',
  name: 'acme',
  group: 'default',
  openingBalance: '100.00',
  limits: null,
  allowedAddresses: null,
};
const CHANNEL = {
  ...CHANNEL_DEFAULTS,
  id: 'channel-1',
  name: 'main',
  provider: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  credentials: ['sk-stored'],
  models: [{ name: 'gpt-4o', upstream: 'gpt-4o', cost: null }],
  groups: ['default'],
  dialect: null,
  options: {},
  thinkingToContent: false,
  priority: 0,
  weight: 1,
  enabled: true,
};
const KEY = {
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
const EXISTING: CurrentState = {
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

function plan(yaml: string, current: CurrentState) {
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
function lines(yaml: string, current: CurrentState): string[] {
  return plan(yaml, current).changes.map(({ change }) => {
    const fields = change.fields.map(
      ({ field, from, to }) => `${field} ${JSON.stringify(from)}>${JSON.stringify(to)}`,
    );
    return `${change.action === 'create' ? '+' : '~'} ${change.kind} ${change.name}: ${fields.join(', ')}`;
  });
}

function problems(yaml: string, current: CurrentState): string[] {
  try {
    plan(yaml, current);
    return [];
  } catch (error) {
    if (error instanceof ConfigFileError)
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
}

const REGIONAL = {
  ...CHANNEL,
  provider: 'regional',
  baseUrl: 'https://eu.vendor.example',
  options: { region: 'eu' },
};
const ELSEWHERE: CurrentState = { ...EMPTY, channels: new Map([['main', REGIONAL]]) };
const regional = (more: string) => `channels: [{ name: main, provider: regional, models: [gpt-4o]${more} }]`;

describe('planConfig of options', () => {
  it.each([
    ['', []],
    [', options: { region: eu }', []],
    [', thinkingToContent: true', ['~ channel main: thinkingToContent false>true']],
    [
      ', options: {}, credentials: [sk-stored]',
      [
        '~ channel main: baseUrl "https://eu.vendor.example">"https://us.vendor.example", options {"region":"eu"}>{}',
      ],
    ],
    [
      ', baseUrl: "https://eu.vendor.example/v2", options: { region: us }',
      [
        '~ channel main: baseUrl "https://eu.vendor.example">"https://eu.vendor.example/v2", ' +
          'options {"region":"eu"}>{"region":"us"}',
      ],
    ],
  ])('plans %j', (more, expected) => {
    expect(lines(regional(more), ELSEWHERE).map(sorted)).toEqual(expected.map(sorted));
  });

  it.each([
    [', options: { region: us }', ['channels[0].baseUrl: another host needs the credentials again']],
    [
      ', options: { region: evil.example }',
      [
        'channels[0].options.region: must be a region: eu, us (^[a-z]{2}$)',
        'channels[0].baseUrl: another host needs the credentials again',
      ],
    ],
    [
      ', options: { regoin: eu }, credentials: [sk-stored]',
      ['channels[0].options.regoin: provider "regional" has no such option; it has: region'],
    ],
    [
      ', options: { region: 5 }',
      ['channels[0].options.region: invalid input: expected string, received number'],
    ],
  ])('refuses %j', (more, expected) => {
    expect(problems(regional(more), ELSEWHERE)).toEqual(expected);
  });

  it('forgets the options of another provider', () => {
    const yaml = 'channels: [{ name: main, provider: openai, models: [gpt-4o], credentials: [sk-stored] }]';
    expect(lines(yaml, ELSEWHERE).map(sorted)).toEqual([
      sorted(
        '~ channel main: baseUrl "https://eu.vendor.example">"https://api.openai.com/v1", ' +
          'options {"region":"eu"}>{}, provider "regional">"openai"',
      ),
    ]);
  });
});

/** The order of fields means nothing. */
function sorted(line: string): string {
  return line.replace('~ channel main: ', '').split(', ').sort().join(', ');
}

describe('planConfig', () => {
  it.each([
    [
      'an organization',
      'organizations: [{ name: acme }]',
      '+ organization acme: group null>"default", balance null>"0.00"',
    ],
    ['a model', 'models: [{ name: m, ownedBy: us }]', '+ model m: ownedBy null>"us"'],
    ['a price', 'prices: [{ model: m, input: "2.5" }]', '+ price m: input null>"2.50"'],
    [
      'a dated price',
      'prices: [{ model: m, perCall: "1", effectiveFrom: "2027-01-01T00:00:00Z" }]',
      '+ price m: effectiveFrom null>"2027-01-01T00:00:00.000Z", perCall null>"1.00"',
    ],
    [
      'a channel, with its credentials masked',
      'channels: [{ name: c, provider: compatible, baseUrl: "http://h/v1", credentials: [sk-secret-1234], models: [m] }]',
      '+ channel c: groups null>["default"], priority null>0, weight null>1, enabled null>true, ' +
        'options null>{}, thinkingToContent null>false, provider null>"compatible", baseUrl null>"http://h/v1", ' +
        'models null>[{"name":"m","upstream":"m","cost":null}], credentials null>["…1234"]',
    ],
  ])('creates %s that is not there', (_what, yaml, line) => {
    const [first = '', ...rest] = lines(yaml, EMPTY);
    expect(rest).toEqual([]);
    const parts = (text: string) => text.split(/, (?=[a-zA-Z]+ null)/).sort();
    expect(parts(first.replace(': ', ': , '))).toEqual(parts(line.replace(': ', ': , ')));
  });

  it('creates a key for an organization of the same file', () => {
    expect(lines('organizations: [{ name: new }]\nkeys: [{ name: k, organization: new }]', EMPTY)).toEqual([
      '+ organization new: group null>"default", balance null>"0.00"',
      '+ key new/k: organization null>"new", secret null>"(generated)"',
    ]);
  });

  it.each([
    'organizations: [{ name: acme }]',
    'organizations: [{ name: acme, group: default, balance: "100" }]',
    'channels: [{ name: main, provider: openai, models: [gpt-4o] }]',
    'channels: [{ name: main, provider: openai, models: [{ name: gpt-4o }], credentials: [sk-stored], weight: 1 }]',
    'models: [{ name: gpt-4o, displayName: GPT-4o, outputTokensMax: 100 }]',
    'prices: [{ model: gpt-4o, input: "2.5", output: "10" }]',
    'prices: [{ model: gpt-4o, input: "2", output: "8", effectiveFrom: "2027-01-01T01:00:00+01:00" }]',
    'keys: [{ name: ci, organization: acme }]',
    'keys: [{ name: ci, organization: acme, secret: a-secret-of-twenty-characters }]',
    'settings: { routing: { attemptsMax: 3 } }',
    'organizations: [{ name: acme, limits: null }]',
    'keys: [{ name: ci, organization: acme, allowedAddresses: null }]',
  ])('finds nothing to do for %s', (yaml) => {
    expect(plan(yaml, EXISTING)).toEqual({ changes: [], notes: [] });
  });

  it.each([
    ['organizations: [{ name: acme, group: gold }]', '~ organization acme: group "default">"gold"'],
    [
      'organizations: [{ name: acme, limits: { concurrencyMax: 5 }, allowedAddresses: [192.0.2.0/24] }]',
      '~ organization acme: limits null>{"concurrencyMax":5}, allowedAddresses null>["192.0.2.0/24"]',
    ],
    [
      'keys: [{ name: ci, organization: acme, limits: { models: [{ model: "gpt-*", requestsPerMinute: 1 }] } }]',
      '~ key acme/ci: limits null>{"models":[{"model":"gpt-*","requestsPerMinute":1}]}',
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], priority: 10, enabled: false }]',
      '~ channel main: priority 0>10, enabled true>false',
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], credentials: [sk-changed] }]',
      '~ channel main: credentials ["…ored"]>["…nged"]',
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], credentials: [another-sk-stored] }]',
      '~ channel main: credentials ["…ored"]>["…ored"]',
    ],
    ['models: [{ name: gpt-4o, outputTokensMax: 200 }]', '~ model gpt-4o: outputTokensMax 100>200'],
    ['prices: [{ model: gpt-4o, input: "9" }]', '~ price gpt-4o: input "2.50">"9.00", output "10.00">null'],
    [
      'prices: [{ model: gpt-4o, input: "1", output: "8", effectiveFrom: "2027-01-01T00:00:00Z" }]',
      '~ price gpt-4o: effectiveFrom null>"2027-01-01T00:00:00.000Z", input "2.00">"1.00"',
    ],
    [
      'keys: [{ name: ci, organization: acme, models: [a], expiresAt: "2027-01-01T00:00:00Z" }]',
      '~ key acme/ci: models null>["a"], expiresAt null>"2027-01-01T00:00:00.000Z"',
    ],
    ['keys: [{ name: ci, organization: acme, requireTags: [eu] }]', '~ key acme/ci: requireTags null>["eu"]'],
    [
      'keys: [{ name: ci, organization: acme, secret: another-secret-of-the-key }]',
      '~ key acme/ci: secret "(secret)">"(secret)"',
    ],
    [
      'settings: { upstream: { idleTimeoutMs: 5 }, health: { enabled: false } }',
      '~ settings global: health.enabled true>false, upstream.idleTimeoutMs 60000>5',
    ],
  ])('updates only what differs: %s', (yaml, line) => {
    expect(lines(yaml, EXISTING)).toEqual([line]);
  });

  it('takes the undated price for the one before a dated one that took over', () => {
    const yaml =
      'prices:\n  - { model: gpt-4o, input: "3" }\n' +
      '  - { model: gpt-4o, input: "2.50", output: "10", effectiveFrom: "2026-05-01T00:00:00Z" }';
    expect(lines(yaml, EXISTING)).toEqual([]);
  });

  it('says that an opening balance is posted once', () => {
    expect(plan('organizations: [{ name: acme, balance: "5" }]', EXISTING)).toEqual({
      changes: [],
      notes: [
        'organizations[0].balance: "acme" exists; its opening balance of 100.00 USD is posted once and stays',
      ],
    });
  });

  it.each([
    ['keys: [{ name: ci, organization: acme }]'],
    ['keys: [{ name: ci, organization: acme, secret: a-secret-of-twenty-characters }]'],
  ])('leaves a revoked key revoked: %s', (yaml) => {
    const revoked = { ...EXISTING, keys: [{ ...KEY, status: 'revoked' as const }] };
    expect(plan(yaml, revoked)).toEqual({
      changes: [],
      notes: ['keys[0]: the key "ci" of "acme" is revoked and stays so'],
    });
  });

  it('makes a key of the name of a revoked one when the file gives it a new secret', () => {
    const revoked = { ...EXISTING, keys: [{ ...KEY, status: 'revoked' as const }] };
    const yaml = 'keys: [{ name: ci, organization: acme, secret: another-secret-of-the-key }]';
    expect(lines(yaml, revoked)).toEqual(['+ key acme/ci: organization null>"acme", secret null>"(secret)"']);
  });

  it.each([
    [
      'channels: [{ name: c, provider: opena, models: [m] }]',
      ['channels[0].provider: unknown provider "opena"; known: openai, compatible, regional'],
    ],
    [
      'channels: [{ name: c, provider: openai, models: [m] }]',
      ['channels[0].credentials: provider "openai" needs at least one credential'],
    ],
    [
      'channels: [{ name: c, provider: compatible, models: [m, m] }]',
      [
        'channels[0].baseUrl: provider "compatible" has no base URL of its own; name one',
        'channels[0].models[1]: "m" is named twice',
      ],
    ],
    [
      'channels: [{ name: c, provider: compatible, baseUrl: "http://user:pw@h/", models: [m] }]',
      ['channels[0].baseUrl: must have no user name, password, query or fragment'],
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], dialect: gemini }]',
      [
        'channels[0].dialect: provider "openai" does not speak gemini; it speaks: openai-chat, openai-responses',
      ],
    ],
    [
      'channels: [{ name: main, provider: openai, models: [gpt-4o], baseUrl: "https://evil.example/v1" }]',
      ['channels[0].baseUrl: another host needs the credentials again'],
    ],
    ['prices: [{ model: m }]', ['prices[0]: "m" has no price; name at least one']],
    [
      'keys: [{ name: k, organization: nobody }]',
      ['keys[0].organization: unknown organization "nobody"; name it under organizations'],
    ],
    [
      'keys: [{ name: other, organization: acme, secret: a-secret-of-twenty-characters }]',
      ['keys[0].secret: another key has this secret'],
    ],
    ['models: [{ name: a }, { name: a }]', ['models[1]: "a" is named already by models[0]']],
    [
      'keys: [{ name: a, organization: acme, secret: a-secret-of-twenty-characters }, { name: b, organization: acme, secret: a-secret-of-twenty-characters }]',
      ['keys[1].secret: is the secret of keys[0]'],
    ],
    [
      'prices: [{ model: a, input: "1" }, { model: a, input: "2" }]',
      ['prices[1]: "a" is named already by prices[0]'],
    ],
  ])('refuses %s', (yaml, expected) => {
    expect(problems(yaml, EXISTING)).toEqual(expected);
  });
});
