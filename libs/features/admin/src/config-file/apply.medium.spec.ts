import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  apiKeyDocument,
  channelDocument,
  modelDocument,
  priceCardDocument,
  settingsDocument,
} from '@tollgate/contracts';
import { startAdminApi, type AdminApi, type Json } from '../../test-support/admin-api.js';

const KEY_SECRET = 'sk-tg-0123456789abcdef0123456789abcdef';
const CREDENTIAL = 'sk-upstream-7f3a9c1e5b';
const ENV_CREDENTIAL = 'sk-from-environment-2d4f6';

const FILE = `
version: 1
organizations:
  - name: acme
    group: gold
    balance: "100.00"
channels:
  - name: openai-main
    provider: openai
    baseUrl: http://127.0.0.1:9000/v1
    credentials: ["${CREDENTIAL}", { env: OPENAI_API_KEY }]
    models:
      - gpt-4o
      - { name: fast, upstream: gpt-4o-mini, cost: { input: "0.15", output: "0.6" } }
    groups: [gold]
    dialect: openai-chat
    priority: 10
    weight: 2
models:
  - { name: gpt-4o, displayName: GPT-4o, ownedBy: openai, outputTokensMax: 16384 }
prices:
  - { model: gpt-4o, input: "2.50", cacheRead: "1.25", output: "10.00" }
  - { model: gpt-4o, input: "2", output: "8", effectiveFrom: "2099-01-01T00:00:00Z" }
  - { model: dall-e-3, perCall: "0.04" }
keys:
  - { name: ci, organization: acme, secret: ${KEY_SECRET}, models: [gpt-4o], requireTags: [eu], expiresAt: "2099-01-01T00:00:00Z" }
  - { name: made, organization: acme }
settings:
  routing: { attemptsMax: 1 }
  upstream: { connectTimeoutMs: 1234 }
`;

describe('the declarative file', () => {
  let api: AdminApi;
  let generatedSecret = '';

  beforeAll(async () => {
    api = await startAdminApi({
      environment: { OPENAI_API_KEY: ENV_CREDENTIAL, TOLLGATE_MASTER_KEY: 'never' },
    });
  });

  afterAll(() => api?.close());

  const apply = (file: unknown, query = '') => api.call('POST', `/api/v1/config/apply${query}`, file);
  const count = async (table: string) =>
    Number((await api.dataSource.query(`select count(*) from admin.${table}`))[0].count);

  it('is compared without changing anything when it is a dry run', async () => {
    const before = await count('audit_log');
    const answer = await apply(FILE, '?dryRun=true');

    expect(answer.status).toBe(200);
    expect(answer.body.changes.map(({ kind, name, action }: Json) => `${action} ${kind} ${name}`)).toEqual([
      'create organization acme',
      'create channel openai-main',
      'create model gpt-4o',
      'create price gpt-4o',
      'create price gpt-4o',
      'create price dall-e-3',
      'create key acme/ci',
      'create key acme/made',
      'update settings global',
    ]);
    expect(await count('audit_log')).toBe(before);
    expect(await count('organizations')).toBe(0);
    expect(answer.body.generatedKeys).toEqual([]);
  });

  it('is applied, as documents that the proxies can read', async () => {
    const answer = await apply(FILE);

    expect(answer.status).toBe(200);
    expect(answer.body.generatedKeys).toMatchObject([
      { name: 'made', organization: 'acme', secret: expect.stringMatching(/^sk-tg-/) },
    ]);
    generatedSecret = answer.body.generatedKeys[0].secret;
    const rows = await api.outbox();
    const documents = (prefix: string) =>
      rows.filter(({ kind, key }) => kind === 'document' && key.startsWith(prefix)).map(({ body }) => body);
    expect(channelDocument.parse(documents('channels.')[0])).toMatchObject({
      name: 'openai-main',
      baseUrl: 'http://127.0.0.1:9000/v1',
      dialect: 'openai-chat',
      groups: ['gold'],
      priority: 10,
      weight: 2,
      enabled: true,
      models: [
        { name: 'gpt-4o', upstream: 'gpt-4o', cost: null },
        { name: 'fast', upstream: 'gpt-4o-mini', cost: { input: '0.15', output: '0.60' } },
      ],
    });
    const keys = documents('keys.').map((body) => apiKeyDocument.parse(body));
    expect(keys).toMatchObject([
      { name: 'ci', models: ['gpt-4o'], requireTags: ['eu'], expiresAt: Date.parse('2099-01-01T00:00:00Z') },
      { name: 'made', models: null, requireTags: null, expiresAt: null },
    ]);
    expect(modelDocument.parse(documents('models.')[0])).toMatchObject({
      name: 'gpt-4o',
      displayName: 'GPT-4o',
      outputTokensMax: 16384,
    });
    const cards = documents('prices.').map((body) => priceCardDocument.parse(body));
    expect(cards[1]).toMatchObject({
      model: 'gpt-4o',
      versions: [
        { version: 1, prices: { input: '2.50', cacheRead: '1.25', output: '10.00' } },
        { version: 2, effectiveFrom: Date.parse('2099-01-01'), prices: { input: '2.00', output: '8.00' } },
      ],
    });
    expect(settingsDocument.parse(documents('settings.')[0])).toMatchObject({
      routing: { attemptsMax: 1 },
      upstream: { connectTimeoutMs: 1234, idleTimeoutMs: 60_000 },
    });
  });

  it('changes nothing when it is applied again', async () => {
    const auditBefore = await count('audit_log');
    const outboxBefore = await count('outbox');

    const answer = await apply(FILE);

    expect(answer.body).toEqual({ dryRun: false, changes: [], notes: [], generatedKeys: [] });
    expect(await count('audit_log')).toBe(auditBefore);
    expect(await count('outbox')).toBe(outboxBefore);
  });

  it('may come as JSON', async () => {
    const answer = await apply({
      version: 1,
      channels: [],
      organizations: [{ name: 'acme', group: 'gold' }],
    });
    expect(answer).toMatchObject({ status: 200, body: { changes: [] } });
  });

  it('leaves settings that it does not name as they are', async () => {
    const answer = await apply('version: 1\nsettings: { upstream: { idleTimeoutMs: 5 } }');
    expect(answer.body.changes).toEqual([
      {
        kind: 'settings',
        name: 'global',
        action: 'update',
        fields: [{ field: 'upstream.idleTimeoutMs', from: 60_000, to: 5 }],
      },
    ]);
    const settings = await api.call('GET', '/api/v1/settings');
    expect(settings.body.upstream).toMatchObject({ idleTimeoutMs: 5, connectTimeoutMs: 1234 });
  });

  it('replaces a secret and stops the old one', async () => {
    await apply(
      'version: 1\norganizations: [{ name: rotating }]\nkeys: [{ name: k, organization: rotating, secret: first-secret-of-the-key }]',
    );
    const answer = await apply(
      'version: 1\nkeys: [{ name: k, organization: rotating, secret: second-secret-of-the-key }]',
    );
    expect(answer.body.changes).toMatchObject([
      { kind: 'key', name: 'rotating/k', action: 'update', fields: [{ field: 'secret' }] },
    ]);
    const [dropped, put] = (await api.outbox()).slice(-2);
    expect(dropped).toMatchObject({ key: expect.stringMatching(/^keys\./), body: null });
    expect(put?.body).toMatchObject({ name: 'k', status: 'active' });
    expect(put?.key).not.toBe(dropped?.key);
  });

  it('never brings a revoked key back', async () => {
    const keys = await api.call('GET', '/api/v1/api-keys?name=ci');
    await api.call('POST', `/api/v1/api-keys/${keys.body.items[0].id}/revoke`);

    const answer = await apply(FILE);

    expect(answer.body.changes.filter(({ kind }: Json) => kind === 'key')).toEqual([]);
    expect(answer.body.notes).toEqual(['keys[0]: the key "ci" of "acme" is revoked and stays so']);
  });

  it.each([
    ['version: 2', 'version: invalid input: expected 1'],
    ['', 'the file is empty; it needs at least "version: 1"'],
    ['version: 1\nchannels: [{ name: a', 'YAML syntax error at line 2, column 21'],
    ['version: 1\nversion: 1', 'YAML syntax error at line 2, column 1: Map keys must be unique'],
    ['version: 1\nchanels: []', 'chanels: unknown field'],
    [
      'version: 1\nchannels: [{ name: a, provider: opena, models: [m] }]',
      'channels[0].provider: unknown provider "opena"; known: openai, openai-compatible, demo, regional',
    ],
    [
      'version: 1\nchannels: [{ name: a, provider: openai, models: [m], credentials: [{ env: NOT_THERE }] }]',
      'channels[0].credentials[0].env: the environment variable NOT_THERE is not set',
    ],
    [
      'version: 1\nchannels: [{ name: a, provider: openai, models: [m], credentials: [{ env: TOLLGATE_MASTER_KEY }] }]',
      'channels[0].credentials[0].env: TOLLGATE_MASTER_KEY is a setting of Tollgate',
    ],
    [
      'version: 1\nkeys: [{ name: a, organization: nobody }]',
      'keys[0].organization: unknown organization "nobody"; name it under organizations',
    ],
    [
      'version: 1\norganizations: [{ name: a }, { name: a }]',
      'organizations[1]: "a" is named already by organizations[0]',
    ],
  ])('is refused as a whole with the path of what is wrong: %j', async (file, message) => {
    const answer = await apply(file);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(answer.body.detail).toContain(message);
  });

  it('is refused with everything that is wrong, and nothing of it is applied', async () => {
    const before = await count('organizations');
    const answer = await apply(
      'version: 1\norganizations: [{ name: innocent }]\nprices: [{ model: m }]\n' +
        'channels: [{ name: a, provider: opena, models: [m] }]',
    );
    expect(answer.body.errors.map(({ field }: Json) => field)).toEqual(['channels[0].provider', 'prices[0]']);
    expect(await count('organizations')).toBe(before);
  });

  it('may be applied by many at once and is still applied once', async () => {
    const file =
      'version: 1\norganizations: [{ name: raced, balance: "1" }]\nprices: [{ model: raced, input: "1" }]';
    const answers = await Promise.all([1, 2, 3, 4].map(() => apply(file)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.flatMap(({ body }) => body.changes)).toHaveLength(2);
  });

  it('leaves no secret in clear anywhere', async () => {
    const seen = [
      JSON.stringify(await api.outbox()),
      JSON.stringify(await api.dataSource.query('select * from admin.audit_log')),
      JSON.stringify(await api.dataSource.query('select * from admin.channels')),
      JSON.stringify(await api.dataSource.query('select * from admin.api_keys')),
      JSON.stringify((await apply(FILE, '?dryRun=true')).body),
      ...(await Promise.all(
        ['channels', 'api-keys', 'audit-log?limit=200'].map(async (path) =>
          JSON.stringify((await api.call('GET', `/api/v1/${path}`)).body),
        ),
      )),
      api.logged(),
    ].join('\n');
    for (const secret of [KEY_SECRET, CREDENTIAL, ENV_CREDENTIAL, generatedSecret]) {
      expect(secret).not.toBe('');
      expect(seen).not.toContain(secret);
    }
  });
});
