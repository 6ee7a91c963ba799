import { describe, expect, it } from '@jest/globals';
import { EMPTY } from '../../../test-support/planning.js';
import { provider } from '../../../test-support/provider.js';
import { CHANNEL_DEFAULTS } from '../../channels/channel-values.js';
import type { ProviderCatalogue } from '../../providers/provider-catalogue.js';
import { ConfigFileError } from '../config-problems.js';
import { parseConfigFile } from '../parse-config-file.js';
import { resolveCredentials } from '../resolve-credentials.js';
import { planConfig } from './plan-config.js';

const providers: ProviderCatalogue = {
  list: () => [provider({ id: 'vllm', displayName: 'vLLM', defaultBaseUrl: 'https://vendor.example' })],
};
const EXISTING = {
  ...CHANNEL_DEFAULTS,
  ...{ id: 'channel-1', name: 'main', provider: 'vllm', baseUrl: 'https://vendor.example' },
  credentials: [],
  models: [{ name: 'm', upstream: 'm', cost: null }],
  systemPrompt: { text: 'Be brief.', mode: 'default' as const },
  allow: ['speed' as const],
  proxy: 'socks5://ann:p%40ss@proxy.test',
};

const ENVIRONMENT = {
  PROXY: 'socks5://ann:p%40ss@proxy.test/',
  WRONG: 'proxy.test',
  DATABASE_URL: 'http://proxy.test',
};

/** What changes, or what is wrong, as lines. */
function planned(more: string): string[] {
  try {
    const file = parseConfigFile(
      `{ version: 1, channels: [{ name: main, provider: vllm, models: [m], ${more} }] }`,
    );
    const secrets = resolveCredentials(file, ENVIRONMENT);
    if (secrets.problems.length > 0) throw new ConfigFileError(secrets.problems);
    const { changes } = planConfig({
      file,
      secrets: secrets.byChannel,
      keyHashes: [],
      current: { ...EMPTY, channels: new Map([['main', EXISTING]]) },
      providers,
      now: 0,
    });
    return changes.flatMap(({ change }) =>
      change.fields.map(({ field, from, to }) => `${field} ${JSON.stringify(from)}>${JSON.stringify(to)}`),
    );
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe("a channel's rules in the declarative file", () => {
  it.each([
    ['', []],
    ['systemPrompt: { text: Be brief., mode: default }, allow: [speed]', []],
    ['systemPrompt: null', ['systemPrompt {"text":"Be brief.","mode":"default"}>null']],
    ['overrides: { temperature: 0 }', ['overrides null>{"temperature":0}']],
    ['overrides: [{ mode: delete, path: top_k }]', ['overrides null>[{"mode":"delete","path":"top_k"}]']],
    ['statusMap: { 429: 503 }', ['statusMap null>{"429":503}']],
    ['timeouts: { totalTimeoutMs: 900000 }', ['timeouts null>{"totalTimeoutMs":900000}']],
    ['allow: []', ['allow ["speed"]>[]']],
    ['inFlightMax: 4, tokensPerMinuteMax: 100', ['inFlightMax null>4', 'tokensPerMinuteMax null>100']],
    ['proxy: "http://ann:pw@one.test:3128"', ['proxy "socks5://…@proxy.test">"http://…@one.test:3128"']],
    ['proxy: "socks5://ann:pw@proxy.test"', ['proxy "socks5://…@proxy.test">"socks5://…@proxy.test"']],
    ['proxy: { env: PROXY }', []],
    ['proxy: null', ['proxy "socks5://…@proxy.test">null']],
    ['tls: { serverName: vendor.test }', ['tls null>{"serverName":"vendor.test"}']],
    ['headers: { set: { x-team: red } }', ['headers null>{"set":{"x-team":"red"}}']],
  ])('plan %j', (more, expected) => {
    expect(planned(more)).toEqual(expected);
  });

  it.each([
    [
      'overrides: [{ mode: delete, path: a }, { mode: set, path: a.__proto__, value: 1 }]',
      /^channels\[0\]\.overrides\[1\]\.path: must be a path/,
    ],
    ['overrides: [{ mode: exec, path: a }]', /^channels\[0\]\.overrides\[0\]\.mode: \w/],
    [
      'overrides: [{ mode: delete, path: a, from: b }]',
      /^channels\[0\]\.overrides\[0\]\.from: unknown field$/,
    ],
    [
      'overrides: [{ mode: regex-replace, path: a, from: "(" }]',
      /^channels\[0\]\.overrides\[0\]\.from: error parsing regexp/,
    ],
    [
      'overrides: [{ mode: delete, path: a, conditions: [{ path: b, mode: gt, value: x }] }]',
      /^channels\[0\]\.overrides\[0\]\.conditions\[0\]\.value: must be a number$/,
    ],
    [
      'headers: { set: { authorization: Bearer sk-1 } }',
      /^channels\[0\]\.headers\.set\.authorization: carries a secret/,
    ],
    ['headers: { set: { connection: close } }', /^channels\[0\]\.headers\.set\.connection: /],
    ['statusMap: { 200: 500 }', /^channels\[0\]\.statusMap\.200: /],
    ['statusMap: { 429: 200 }', /^channels\[0\]\.statusMap\.429: /],
    ['timeouts: {}', /^channels\[0\]\.timeouts: name at least one time limit/],
    ['timeouts: { idleTimeoutMs: 1, connectTimeoutMs: 1 }', /^channels\[0\]\.timeouts\.connectTimeoutMs: /],
    ['allow: [tools]', /^channels\[0\]\.allow\[0\]: /],
    ['systemPrompt: { text: P, mode: shout }', /^channels\[0\]\.systemPrompt\.mode: /],
    ['passThroughBody: true', /^channels\[0\]\.passThroughBody: leaves the body as it is/],
    ['proxy: "ftp://one.test"', /^channels\[0\]\.proxy: must be http:/],
    ['proxy: { env: NONE }', /^channels\[0\]\.proxy\.env: the environment variable NONE is not set$/],
    ['proxy: { env: WRONG }', /^channels\[0\]\.proxy: must be http:/],
    ['proxy: { env: DATABASE_URL }', /^channels\[0\]\.proxy\.env: DATABASE_URL is a setting of Tollgate/],
    ['tls: { ca: none }', /^channels\[0\]\.tls\.ca: must be PEM/],
    [
      'tls: { serverName: 10.0.0.7 }',
      /^channels\[0\]\.tls\.serverName: must be a host name: TLS knows no address there$/,
    ],
    [
      'tls: { clientCertificate: "-----BEGIN CERTIFICATE-----" }',
      /^channels\[0\]\.tls\.clientKey: needs clientCertificate and clientKey together$/,
    ],
    ['inFlightMax: 0', /^channels\[0\]\.inFlightMax: /],
    ['overides: []', /^channels\[0\]\.overides: unknown field$/],
  ])('are refused with the path of what is wrong: %s', (more, message) => {
    expect(planned(more)).toEqual([expect.stringMatching(message)]);
  });
});
