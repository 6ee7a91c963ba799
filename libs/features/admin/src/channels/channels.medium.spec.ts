import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelDocument, type ChannelStatusDocument } from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import { credentialAssociation, generateMasterKey, openSecret, parseMasterKey } from '@tollgate/security';
import { startAdminApi, type AdminApi } from '../../test-support/admin-api.js';

const masterKey = parseMasterKey(generateMasterKey());
const CREDENTIAL = 'sk-vendor-0a1b2c3d4e5f';

describe('channels', () => {
  let api: AdminApi;
  let name = '';
  let number = 0;
  const health = new Map<string, Partial<ChannelStatusDocument>>();

  beforeAll(async () => {
    const documents = {
      bucket: () => ({
        get: (key: string) => {
          if (health.has('away')) return Promise.reject(new Error('store is away'));
          const value = health.get(key);
          return Promise.resolve(value === undefined ? undefined : { key, value, revision: 1 });
        },
      }),
    } as unknown as DocumentStore;
    api = await startAdminApi({ masterKey, documents });
  });

  afterAll(() => api?.close());

  beforeEach(() => {
    number += 1;
    name = `channel-${number}`;
  });

  const create = (body: object = {}) =>
    api.call('POST', '/api/v1/channels', {
      ...{ name, provider: 'openai', credentials: [CREDENTIAL], models: [{ name: 'gpt-4o' }] },
      ...body,
    });

  it('are created with defaults, and their document opens to the credential at its host only', async () => {
    const created = await create();

    expect(created).toMatchObject({
      status: 201,
      body: {
        ...{ name, provider: 'openai', baseUrl: 'https://api.openai.com/v1', dialect: null },
        ...{ priority: 0, weight: 1, enabled: true, groups: ['default'], health: null },
        credentials: [{ lastFour: '4e5f' }],
        models: [{ name: 'gpt-4o', upstream: 'gpt-4o', cost: null }],
      },
    });
    expect(JSON.stringify(created.body)).not.toContain(CREDENTIAL);
    const { id } = created.body;
    const row = (await api.outbox()).at(-1);
    expect(row).toMatchObject({ kind: 'document', target: 'config', key: `channels.${id}` });
    const document = channelDocument.parse(row?.body);
    const [sealed] = document.credentials;
    expect(JSON.stringify(row)).not.toContain(CREDENTIAL);
    expect(openSecret(masterKey, sealed!, credentialAssociation(id, document.baseUrl))).toBe(CREDENTIAL);
    expect(() =>
      openSecret(masterKey, sealed!, credentialAssociation(id, 'https://evil.example/v1')),
    ).toThrow();
  });

  it('are changed, and keep their credentials when none are given', async () => {
    const { id } = (await create()).body;
    const changed = await api.call('PATCH', `/api/v1/channels/${id}`, {
      ...{ priority: 5, weight: 0, enabled: false, groups: ['gold'], dialect: 'openai-responses' },
      baseUrl: 'https://api.openai.com/v2',
      models: [{ name: 'fast', upstream: 'gpt-4o-mini', cost: { input: '0.15' } }],
    });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        ...{ priority: 5, weight: 0, enabled: false, groups: ['gold'], dialect: 'openai-responses' },
        models: [{ name: 'fast', upstream: 'gpt-4o-mini', cost: { input: '0.15' } }],
        credentials: [{ lastFour: '4e5f' }],
      },
    });
    const document = channelDocument.parse((await api.outbox()).at(-1)?.body);
    const association = credentialAssociation(id, document.baseUrl);
    expect(openSecret(masterKey, document.credentials[0]!, association)).toBe(CREDENTIAL);
    expect((await api.call('PATCH', `/api/v1/channels/${id}`, { dialect: null })).body.dialect).toBeNull();
  });

  it('move to another host only together with their credentials', async () => {
    const { id } = (await create()).body;
    for (const baseUrl of [
      'https://evil.example/v1',
      'http://api.openai.com/v1',
      'https://api.openai.com:444/v1',
    ]) {
      const refused = await api.call('PATCH', `/api/v1/channels/${id}`, { baseUrl });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'credentials' }] } });
    }
    const moved = await api.call('PATCH', `/api/v1/channels/${id}`, {
      baseUrl: 'https://proxy.example/v1',
      credentials: ['sk-for-the-proxy'],
    });
    expect(moved).toMatchObject({ status: 200, body: { credentials: [{ lastFour: 'roxy' }] } });
  });

  it('fill their options into the base URL, and keep those as they were given', async () => {
    const created = await create({
      provider: 'regional',
      options: { project: 'mine' },
      thinkingToContent: true,
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        baseUrl: 'https://us.vendor.example/v1/mine',
        options: { project: 'mine' },
        thinkingToContent: true,
      },
    });
    const { id } = created.body;
    const document = channelDocument.parse((await api.outbox()).at(-1)?.body);
    expect(document).toMatchObject({
      baseUrl: 'https://us.vendor.example/v1/mine',
      options: { project: 'mine' },
      thinkingToContent: true,
    });
    const association = credentialAssociation(id, 'https://us.vendor.example');
    expect(openSecret(masterKey, document.credentials[0]!, association)).toBe(CREDENTIAL);

    const renamed = await api.call('PATCH', `/api/v1/channels/${id}`, { options: { project: 'other' } });
    expect(renamed).toMatchObject({ status: 200, body: { baseUrl: 'https://us.vendor.example/v1/other' } });
    const [entry] = (await api.call('GET', `/api/v1/audit-log?subjectKind=channel&subjectId=${id}`)).body
      .items;
    expect(entry).toMatchObject({
      before: { options: { project: 'mine' }, thinkingToContent: true },
      after: { options: { project: 'other' }, thinkingToContent: true },
    });
  });

  it('follow options to another host only together with their credentials', async () => {
    const { id } = (await create({ provider: 'regional', options: { project: 'mine' } })).body;
    const options = { project: 'mine', region: 'eu' };
    const refused = await api.call('PATCH', `/api/v1/channels/${id}`, { options });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'credentials' }] } });
    const moved = await api.call('PATCH', `/api/v1/channels/${id}`, { options, credentials: ['sk-for-eu'] });
    expect(moved).toMatchObject({ status: 200, body: { baseUrl: 'https://eu.vendor.example/v1/mine' } });
    // A base URL of the operator's own follows no option, but may name some.
    const own = await api.call('PATCH', `/api/v1/channels/${id}`, {
      baseUrl: 'https://proxy.example/{region}',
      credentials: ['sk-for-proxy'],
    });
    expect(own.body.baseUrl).toBe('https://proxy.example/eu');
    const kept = await api.call('PATCH', `/api/v1/channels/${id}`, { options: { project: 'mine' } });
    expect(kept.body).toMatchObject({ baseUrl: 'https://proxy.example/eu', options: { project: 'mine' } });
    // Another provider has other options.
    const body = { provider: 'openai', credentials: [CREDENTIAL] };
    expect((await api.call('PATCH', `/api/v1/channels/${id}`, body)).body).toMatchObject({
      baseUrl: 'https://api.openai.com/v1',
      options: {},
    });
  });

  it('say in the audit log that credentials were given, not which', async () => {
    const { id } = (await create()).body;
    await api.call('PATCH', `/api/v1/channels/${id}`, { credentials: ['sk-another-0a1b2c3d'] });
    await api.call('DELETE', `/api/v1/channels/${id}`);
    const { items } = (await api.call('GET', `/api/v1/audit-log?subjectKind=channel&subjectId=${id}`)).body;
    expect(items).toMatchObject([
      { action: 'channel.delete', before: { credentials: ['…2c3d'] }, after: null },
      {
        action: 'channel.update',
        before: { credentials: ['…4e5f'] },
        after: { credentials: ['…2c3d'], credentialsGiven: true },
      },
      { action: 'channel.create', after: { credentials: ['…4e5f'] } },
    ]);
    expect(JSON.stringify(items)).not.toMatch(/sk-|"box"/);
  });

  it('are deleted with their document', async () => {
    const { id } = (await create()).body;
    expect((await api.call('DELETE', `/api/v1/channels/${id}`)).status).toBe(204);
    expect((await api.outbox()).at(-1)).toMatchObject({ key: `channels.${id}`, body: null });
    expect((await api.call('GET', `/api/v1/channels/${id}`)).status).toBe(404);
  });

  it('show what channel-health judges, and nothing while the store is away', async () => {
    const { id } = (await create()).body;
    const since = Date.parse('2026-01-01');
    health.set(`channels.${id}`, { channelId: id, state: 'open', reason: 'it fails', since, retryAt: since });
    const shown = await api.call('GET', `/api/v1/channels/${id}`);
    expect(shown.body.health).toEqual({
      state: 'open',
      reason: 'it fails',
      since: '2026-01-01T00:00:00.000Z',
    });
    health.set('away', {});
    const list = await api.call('GET', `/api/v1/channels?name=${name}`);
    expect(list).toMatchObject({ status: 200, body: { items: [{ id, health: null }] } });
    health.clear();
  });

  it('are listed by provider and by whether they are enabled', async () => {
    const { id } = (await create({ provider: 'demo', credentials: [], enabled: false })).body;
    const list = await api.call('GET', '/api/v1/channels?provider=demo&enabled=false');
    expect(list.body.items).toMatchObject([{ id, baseUrl: 'http://demo.invalid', credentials: [] }]);
    expect((await api.call('GET', '/api/v1/channels?provider=demo&enabled=true')).body.items).toEqual([]);
  });

  it('list the providers that they can be made for', async () => {
    const { body } = await api.call('GET', '/api/v1/providers');
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([
      ...['openai', 'openai-compatible', 'demo', 'regional'],
    ]);
    expect(body.items[0]).toMatchObject({
      documentationUrl: 'https://vendor.example/docs',
      credentialHint: 'sk-…',
      dialects: ['openai-chat', 'openai-responses'],
    });
    expect(body.items[3].options).toEqual([
      {
        name: 'project',
        description: 'the id of a project',
        required: true,
        default: null,
        pattern: '^[a-z]+$',
      },
      {
        name: 'region',
        description: 'a region: eu, us',
        required: false,
        default: 'us',
        pattern: '^[a-z]{2}$',
      },
      {
        ...{
          name: 'host',
          description: 'the host of the region',
          required: false,
          default: 'us.vendor.example',
        },
        pattern: '^[a-z.-]+$',
      },
    ]);
  });

  it('refuse a name that is taken', async () => {
    await create();
    expect(await create()).toMatchObject({ status: 409, body: { code: 'already_exists' } });
  });

  it.each([
    [
      { provider: 'opena' },
      'provider',
      'unknown provider "opena"; known: openai, openai-compatible, demo, regional',
    ],
    [{ credentials: [] }, 'credentials', 'provider "openai" needs at least one credential'],
    [{ provider: 'openai-compatible' }, 'baseUrl', 'provider "openai-compatible" has no base URL of its own'],
    [{ baseUrl: 'file:///etc/passwd' }, 'baseUrl', 'must be an address that starts with http:// or https://'],
    [{ baseUrl: 'https://u:p@h/v1' }, 'baseUrl', 'must have no user name, password, query or fragment'],
    [{ dialect: 'gemini' }, 'dialect', 'provider "openai" does not speak gemini'],
    [{ dialect: 'klingon' }, 'dialect', 'dialect must be one of the following values'],
    [{ dialect: 'openai-completions' }, 'dialect', 'dialect must be one of the following values'],
    [{ options: { region: 'eu' } }, 'options.region', 'provider "openai" has no options'],
    [{ provider: 'regional' }, 'options.project', 'is missing: the id of a project'],
    [
      { provider: 'regional', options: { project: 'p', zone: 'a' } },
      'options.zone',
      'provider "regional" has no such option; it has: project, region, host',
    ],
    [
      { provider: 'regional', options: { project: 'p', region: 'evil.example/' } },
      'options.region',
      'must be a region: eu, us (^[a-z]{2}$)',
    ],
    [
      { provider: 'regional', options: { project: 'p'.repeat(201) } },
      'options.project',
      'must have at most 200 characters',
    ],
    [
      { provider: 'openai-compatible', baseUrl: 'https://h/{region}' },
      'baseUrl',
      'provider "openai-compatible" has no option "region"',
    ],
    [{ options: { region: 5 } }, 'options', 'options must be an object of strings'],
    [{ options: ['region'] }, 'options', 'options must be an object of strings'],
    [{ thinkingToContent: 'yes' }, 'thinkingToContent', 'thinkingToContent must be a boolean'],
    [{ models: [] }, 'models', 'models must contain at least 1 elements'],
    [{ models: ['gpt-4o'] }, 'models[0]', 'each value in nested property models must be'],
    [{ models: [{ name: 'a', cost: { input: 2.5 } }] }, 'models[0].cost.input', 'must be a decimal string'],
    [{ models: [{ name: 'a' }, { name: 'a' }] }, 'models[1]', '"a" is named twice'],
    [{ groups: [] }, 'groups', 'groups must contain at least 1 elements'],
    [{ weight: -1 }, 'weight', 'weight must not be less than 0'],
    [{ weight: 1.5 }, 'weight', 'weight must be an integer number'],
    [{ priority: '10' }, 'priority', 'priority must be'],
    [{ enabled: 'yes' }, 'enabled', 'enabled must be a boolean'],
    [{ credentials: 'sk-x' }, 'credentials', 'credentials must be an array'],
    [{ id: 'mine' }, 'id', 'id is not a known field'],
  ])('refuse %j', async (body, field, message) => {
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(answer.body.errors[0].field).toBe(field);
    expect(JSON.stringify(answer.body.errors)).toContain(JSON.stringify(message).slice(1, -1));
  });
});
