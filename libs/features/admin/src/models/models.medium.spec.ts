import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelDocument, modelDocumentKey } from '@tollgate/contracts';
import { startAdminApi, type AdminApi } from '../../test-support/admin-api.js';

describe('models', () => {
  let api: AdminApi;

  beforeAll(async () => {
    api = await startAdminApi();
  });

  afterAll(() => api?.close());

  const create = (body: object) => api.call('POST', '/api/v1/models', body);

  it('are described, in a document that goes by their name', async () => {
    const name = 'meta-llama/Llama 4';
    const created = await create({
      name,
      displayName: 'Llama',
      contextTokensMax: 1000,
      outputTokensMax: 100,
    });
    expect(created).toMatchObject({ status: 201, body: { name, enabled: true, description: null } });
    const row = (await api.outbox()).at(-1);
    expect(row?.key).toBe(modelDocumentKey(name));
    expect(modelDocument.parse(row?.body)).toMatchObject({
      name,
      displayName: 'Llama',
      outputTokensMax: 100,
    });
    expect((await api.call('GET', `/api/v1/models/${created.body.id}`)).body).toEqual(created.body);
  });

  it('are changed, forgotten field by field, and deleted', async () => {
    const { id } = (await create({ name: 'changing', outputTokensMax: 5, ownedBy: 'us' })).body;
    const changed = await api.call('PATCH', `/api/v1/models/${id}`, {
      outputTokensMax: null,
      enabled: false,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { outputTokensMax: null, ownedBy: 'us', enabled: false },
    });
    const list = await api.call('GET', '/api/v1/models?enabled=false');
    expect(list.body.items).toMatchObject([{ id }]);
    expect((await api.call('DELETE', `/api/v1/models/${id}`)).status).toBe(204);
    expect((await api.outbox()).at(-1)).toMatchObject({ key: modelDocumentKey('changing'), body: null });
    const log = await api.call('GET', `/api/v1/audit-log?subjectId=${id}`);
    expect(log.body.items.map(({ action }: { action: string }) => action)).toEqual([
      'model.delete',
      'model.update',
      'model.create',
    ]);
  });

  it('refuse a name that is taken, and to be renamed', async () => {
    const { id } = (await create({ name: 'taken' })).body;
    expect(await create({ name: 'taken' })).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    expect(await api.call('PATCH', `/api/v1/models/${id}`, { name: 'other' })).toMatchObject({ status: 400 });
  });

  it.each([
    [{}, 'name must be a string'],
    [{ name: 'm', outputTokensMax: 0 }, 'outputTokensMax must not be less than 1'],
    [{ name: 'm', contextTokensMax: 1.5 }, 'contextTokensMax must be an integer'],
    [{ name: 'm', contextTokensMax: 3_000_000_000 }, 'contextTokensMax must not be greater than 2147483647'],
    [{ name: 'm', enabled: 1 }, 'enabled must be a boolean'],
    [{ name: 'm', price: '1' }, 'price is not a known field'],
  ])('refuse %j', async (body, message) => {
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(message);
  });
});
