import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { GatewayError, OPERATIONS, VENDOR_DIALECT_IDS } from '@tollgate/contracts';
import { DIALECTS, FULL_TARGET, REASONING_CONTROLS, type Parameter } from '@tollgate/dialects';
import { providerCatalogue } from './catalogue.js';
import { endpointPath, fillOptions } from './endpoints.js';
import { FAILURES } from './failure.js';
import type { Provider, ProviderDialect } from './provider.js';
import { PROVIDERS } from './registry.js';

/** What every vendor has to keep, whatever it is: the registry is run through it. */
const providers = [...PROVIDERS.values()] as readonly Provider[];

/** Every name, as the compiler demands; strings in a profile are checked against it, too. */
const PARAMETERS: Readonly<Record<Parameter, true>> = {
  ...{ temperature: true, topP: true, topK: true, seed: true },
  ...{ frequencyPenalty: true, presencePenalty: true, logitBias: true, logprobs: true },
  ...{ choices: true, stopSequences: true, parallelToolCalls: true, reasoning: true },
  ...{ metadata: true, user: true, serviceTier: true, promptCacheKey: true },
};

/** Options with a value of each: the default, or one that fits the pattern. */
function optionsOf({ options = {} }: Provider): Record<string, string> {
  const samples = [
    'my-project',
    '0123456789abcdef0123456789abcdef',
    '2024-10-21',
    'us-east-1',
    'global',
    'v1',
  ];
  return Object.fromEntries(
    Object.entries(options).map(([name, { default: byDefault, pattern }]) => {
      const value = byDefault ?? samples.find((sample) => pattern.test(sample));
      if (value === undefined) throw new Error(`no sample fits the option ${name}`);
      return [name, value];
    }),
  );
}

function paths({ endpoints, storedResponsesPath }: ProviderDialect): string[] {
  const all = Object.values(endpoints).flatMap((endpoint) =>
    typeof endpoint === 'string' ? [endpoint] : [endpoint.whole, endpoint.streamed],
  );
  return storedResponsesPath === undefined ? all : [...all, storedResponsesPath];
}

it('holds each folder, and nothing without one', () => {
  const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'transport')
    .map(({ name }) => name);
  // A folder may hold variants of its vendor: they begin with its name.
  const withProvider = folders.filter((folder) => PROVIDERS.has(folder));
  expect(withProvider.sort()).toEqual(folders.sort());
  for (const { id } of providers) expect(folders.some((folder) => id.startsWith(folder))).toBe(true);
});

it('imports nothing that it does not list, and lists no id twice', () => {
  const source = readFileSync(new URL('./registry.ts', import.meta.url), 'utf8');
  expect(source.match(/^import .*\.provider\.js';$/gm)).toHaveLength(PROVIDERS.size);
});

it('is what the control plane is told', () => {
  const listed = providerCatalogue.list();
  expect(listed.map(({ id }) => id)).toEqual([...PROVIDERS.keys()]);
  for (const { dialects, options } of listed) {
    expect(new Set(dialects).size).toBe(dialects.length);
    for (const option of options) expect(option.required).toBe(option.default === null);
  }
});

describe.each(providers)('provider $id', (provider) => {
  const { id, dialects, defaultBaseUrl, requiresCredential } = provider;
  const options = optionsOf(provider);

  it('is named and documented', () => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(provider.displayName).not.toBe('');
    expect(provider.credentialHint).not.toBe('');
    expect(provider.documentationUrl).toMatch(/^https:\/\/[^\s]+$/);
  });

  if (defaultBaseUrl !== null)
    it('has a base URL that is complete once its options are given, or leaves it to the channel', () => {
      const url = fillOptions(defaultBaseUrl, options);
      expect(url).not.toMatch(/[{}]/);
      expect(url).toMatch(/^https?:\/\/[^?#]*[^/?#]$/);
      const { protocol, hostname } = new URL(url);
      expect(protocol === 'https:' || hostname === '127.0.0.1' || provider.inProcess !== undefined).toBe(
        true,
      );
    });

  it('speaks known dialects, at paths that hold nothing unknown', () => {
    expect(dialects.length).toBeGreaterThan(0);
    for (const spoken of dialects) {
      expect(VENDOR_DIALECT_IDS).toContain(spoken.id);
      expect(Object.keys(spoken.endpoints).length).toBeGreaterThan(0);
      for (const operation of Object.keys(spoken.endpoints)) expect(OPERATIONS).toContain(operation);
      for (const path of paths(spoken)) {
        const filled = fillOptions(endpointPath(path, 'a model/b', false), options);
        expect(filled).toMatch(/^\/[^{}\s]*[^/{}\s]$/);
        if (path.includes('{model}')) expect(filled).toContain('a%20model%2Fb');
      }
      if (spoken.id === 'gemini') for (const path of paths(spoken)) expect(path).toContain('{model}');
    }
  });

  it('can be translated to in what it offers', () => {
    for (const { id: dialect, endpoints } of dialects) {
      const { outbound } = DIALECTS[dialect];
      if (endpoints.embeddings !== undefined && dialect !== 'openai-chat' && dialect !== 'gemini') {
        expect(outbound.embeddings).toBeDefined();
      }
      if (endpoints['count-tokens'] !== undefined) expect(outbound.tokenCount).toBeDefined();
    }
  });

  it('says only what a profile can say', () => {
    const profiles = dialects.flatMap(({ profile, modelProfiles = [] }) => [
      profile ?? {},
      ...modelProfiles.map((entry) => entry.profile),
    ]);
    for (const profile of profiles) {
      for (const [name, value] of Object.entries(profile)) {
        expect(Object.keys(FULL_TARGET)).toContain(name);
        expect(typeof value).toBe(typeof FULL_TARGET[name as keyof typeof FULL_TARGET]);
      }
      if (profile.reasoning !== undefined) expect(REASONING_CONTROLS).toContain(profile.reasoning);
      for (const name of profile.unsupported ?? []) expect(Object.keys(PARAMETERS)).toContain(name);
    }
  });

  it('tells models apart by patterns that remember nothing', () => {
    const patterns = dialects.flatMap(({ models, modelProfiles = [] }) => [
      ...(models === undefined ? [] : [models]),
      ...modelProfiles.map((entry) => entry.models),
    ]);
    for (const pattern of patterns) expect(pattern.flags).not.toMatch(/[gy]/);
  });

  it('knows its own refusals by something, and says what they mean', () => {
    for (const { status, code, message, means } of provider.failures ?? []) {
      expect(Object.keys(FAILURES)).toContain(means);
      expect(status ?? code ?? message).toBeDefined();
      if (status !== undefined) expect(status).toBeGreaterThanOrEqual(400);
      for (const pattern of [code, message]) {
        expect(pattern?.flags ?? '').not.toMatch(/[gy]/);
        // A pattern that fits nothing said would fit every refusal.
        expect(pattern?.test('') ?? false).toBe(false);
      }
    }
  });

  it('has headers in pairs, in small letters', () => {
    for (const { headers = [] } of dialects) {
      expect(headers.length % 2).toBe(0);
      for (let at = 0; at < headers.length; at += 2) expect(headers[at]).toMatch(/^[a-z-]+$/);
    }
  });

  if (provider.inProcess === undefined)
    it('proves its credential in headers, and never in the address', async () => {
      const unsigned = {
        method: 'POST',
        origin: 'https://x.example',
        path: '/y',
        headers: [],
        body: Buffer.from('{}'),
      };
      const authenticator = provider.authenticate('sk-test', options);
      const answer = await Promise.resolve()
        .then(() => authenticator.headers(unsigned))
        .catch((error: unknown) => error as GatewayError);
      if (answer instanceof GatewayError) {
        // A credential of this form is none of the vendor's: that is told, without repeating it.
        expect(answer.code).toBe('upstream_unauthorized');
        expect(answer.message).not.toContain('sk-test');
        return;
      }
      expect(answer.length % 2).toBe(0);
      expect(answer.join(' ')).toContain('sk-test');
    });

  if (!requiresCredential)
    it('needs a credential, or does without', () => {
      const authenticator = provider.authenticate(null, options);
      const unsigned = { method: 'POST', origin: 'http://x', path: '/', headers: [], body: Buffer.alloc(0) };
      expect(authenticator.headers(unsigned)).toEqual([]);
    });
});
