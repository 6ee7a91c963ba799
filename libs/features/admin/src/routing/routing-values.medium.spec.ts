import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { channelDocument, modelDocument } from '@tollgate/contracts';
import { generateMasterKey, parseMasterKey } from '@tollgate/security';
import { startAdminApi, type AdminApi } from '../../test-support/admin-api.js';

const CHANNEL = { credentialChoice: 'random', tags: ['eu'], lacks: ['tools', 'vision'] };
const MODEL = {
  alias: 'gpt-4o',
  fallbacks: ['claude', { model: 'gemini', on: ['content-filter'] }],
  strategy: 'lowest-latency',
  requireTags: ['eu'],
  hedge: { afterMs: 800 },
};

describe('routing, as operators set it', () => {
  let api: AdminApi;

  beforeAll(async () => {
    api = await startAdminApi({ masterKey: parseMasterKey(generateMasterKey()) });
  });
  afterAll(() => api?.close());

  const createChannel = (name: string, more: object) =>
    api.call('POST', '/api/v1/channels', {
      ...{ name, provider: 'openai', credentials: ['sk-1'], models: [{ name: 'm' }], ...more },
    });
  const createModel = (name: string, more: object) => api.call('POST', '/api/v1/models', { name, ...more });
  const lastDocument = async () => (await api.outbox()).at(-1)?.body;

  it('is stored of a channel, shown and published, and taken away by null', async () => {
    const created = await createChannel('routed', CHANNEL);
    expect(created).toMatchObject({ status: 201, body: CHANNEL });
    expect(channelDocument.parse(await lastDocument())).toMatchObject(CHANNEL);
    const path = `/api/v1/channels/${created.body.id}`;
    expect((await api.call('GET', path)).body).toMatchObject(CHANNEL);
    const changed = await api.call('PATCH', path, { tags: null });
    expect(changed).toMatchObject({ status: 200, body: { ...CHANNEL, tags: null } });
    expect(await lastDocument()).not.toHaveProperty('tags');
  });

  it('is stored of a model, shown and published, and taken away by null', async () => {
    const created = await createModel('best', MODEL);
    expect(created).toMatchObject({ status: 201, body: MODEL });
    expect(modelDocument.parse(await lastDocument())).toMatchObject(MODEL);
    const path = `/api/v1/models/${created.body.id}`;
    expect((await api.call('GET', path)).body).toMatchObject(MODEL);
    const changed = await api.call('PATCH', path, { fallbacks: null });
    expect(changed).toMatchObject({ status: 200, body: { ...MODEL, fallbacks: null } });
    expect(await lastDocument()).not.toHaveProperty('fallbacks');
  });

  it('refuses aliases that lead back to themselves', async () => {
    await createModel('one', { alias: 'two' });
    for (const [name, alias] of [
      ['two', 'one'],
      ['self', 'self'],
    ] as const) {
      const refused = await createModel(name, { alias });
      expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    }
  });

  it('publishes the end of a chain of names within a channel, keeps it as it was written, and refuses circles', async () => {
    const models = [
      { name: 'fast', upstream: 'gpt-4o' },
      { name: 'gpt-4o', upstream: 'deploy-7' },
    ];
    const created = await createChannel('chained', { models });
    expect(created.body.models).toMatchObject(models);
    const { models: published } = channelDocument.parse(await lastDocument());
    expect(published.map(({ upstream }) => upstream)).toEqual(['deploy-7', 'deploy-7']);
    const circle = await createChannel('circular', {
      models: [models[0], { name: 'gpt-4o', upstream: 'fast' }],
    });
    expect(circle).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'models[0].upstream' }] },
    });
  });

  it.each([
    ['/api/v1/channels', { credentialChoice: 'best' }, 'credentialChoice'],
    ['/api/v1/channels', { lacks: ['telepathy'] }, 'lacks'],
    ['/api/v1/models', { fallbacks: [{ model: 'm', on: ['rain'] }] }, 'fallbacks'],
    ['/api/v1/models', { strategy: 'fastest' }, 'strategy'],
    ['/api/v1/models', { hedge: { afterMs: 0 } }, 'hedge'],
  ])('is refused with the field at fault: %s %j', async (path, body, field) => {
    const refused =
      path === '/api/v1/models' ? await createModel('wrong', body) : await createChannel('wrong', body);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('is set for all by the settings, and by a file', async () => {
    const affinity = [{ name: 'tenant', source: 'header', field: 'x-tenant' }];
    const routing = { strategy: 'round-robin', autoGroups: ['a', 'b'], affinity };
    const patched = await api.call('PATCH', '/api/v1/settings', { routing });
    expect(patched).toMatchObject({ status: 200, body: { routing } });
    const file = {
      version: 1,
      channels: [{ name: 'filed', provider: 'openai', credentials: ['sk-1'], models: ['m'], ...CHANNEL }],
      models: [{ name: 'filed', ...MODEL }],
      settings: { routing: { autoGroups: ['c'] } },
    };
    const applied = await api.call('POST', '/api/v1/config/apply', file);
    expect(applied.status).toBe(200);
    const again = await api.call('POST', '/api/v1/config/apply', file);
    expect(again.body.changes).toEqual([]);
    expect((await api.call('GET', '/api/v1/models?name=filed')).body.items[0]).toMatchObject(MODEL);
    expect((await api.call('GET', '/api/v1/channels?name=filed')).body.items[0]).toMatchObject(CHANNEL);
  });
});
