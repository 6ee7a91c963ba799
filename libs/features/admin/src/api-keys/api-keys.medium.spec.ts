import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiKeyDocument } from '@tollgate/contracts';
import { startAdminApi, type AdminApi } from '../../test-support/admin-api.js';

describe('API keys', () => {
  let api: AdminApi;
  let organizationId: string;

  beforeAll(async () => {
    api = await startAdminApi();
    organizationId = (await api.call('POST', '/api/v1/organizations', { name: 'acme' })).body.id;
  });

  afterAll(() => api?.close());

  const create = (body: object) => api.call('POST', '/api/v1/api-keys', { organizationId, ...body });

  it('are shown once, and stored as a hash that their document goes by', async () => {
    const created = await create({ name: 'ci', models: ['gpt-4o'], expiresAt: '2030-01-01T01:00:00+01:00' });

    expect(created.status).toBe(201);
    const { id, secret, prefix, lastFour } = created.body;
    expect(secret).toMatch(/^sk-tg-[0-9A-Za-z]{38}$/);
    expect([secret.startsWith(prefix), secret.endsWith(lastFour)]).toEqual([true, true]);
    const read = await api.call('GET', `/api/v1/api-keys/${id}`);
    expect(read.body).toEqual({
      ...{ id, organizationId, name: 'ci', prefix, lastFour, status: 'active', models: ['gpt-4o'] },
      expiresAt: '2030-01-01T00:00:00.000Z',
      limits: null,
      allowedAddresses: null,
      requireTags: null,
      revokedAt: null,
      createdAt: created.body.createdAt,
      updatedAt: created.body.updatedAt,
    });
    const row = (await api.outbox()).at(-1);
    expect(row?.key).toMatch(/^keys\.[0-9a-f]{64}$/);
    expect(apiKeyDocument.parse(row?.body)).toEqual({
      ...{ id, organizationId, name: 'ci', status: 'active', models: ['gpt-4o'] },
      expiresAt: Date.parse('2030-01-01'),
      budgets: [],
      limits: null,
      allowedAddresses: null,
      requireTags: null,
    });
    const stored = JSON.stringify([await api.outbox(), await api.dataSource.query('table admin.audit_log')]);
    expect(stored + api.logged()).not.toContain(secret);
  });

  it('are changed', async () => {
    const { body } = await create({ name: 'changing', models: ['a'], expiresAt: '2030-01-01T00:00:00Z' });
    const changed = await api.call('PATCH', `/api/v1/api-keys/${body.id}`, {
      name: 'changed',
      models: null,
      expiresAt: null,
    });
    expect(changed).toMatchObject({ status: 200, body: { name: 'changed', models: null, expiresAt: null } });
    expect((await api.outbox()).at(-1)?.body).toMatchObject({
      name: 'changed',
      models: null,
      expiresAt: null,
    });
  });

  it('require tags of their channels, which their document tells, until that is lifted', async () => {
    const { body } = await create({ name: 'tagged', requireTags: ['eu', 'gdpr'] });
    expect(body.requireTags).toEqual(['eu', 'gdpr']);
    await api.call('PATCH', `/api/v1/api-keys/${body.id}`, { name: 'still-tagged' });
    expect(apiKeyDocument.parse((await api.outbox()).at(-1)?.body).requireTags).toEqual(['eu', 'gdpr']);
    await api.call('PATCH', `/api/v1/api-keys/${body.id}`, { requireTags: null });
    expect(apiKeyDocument.parse((await api.outbox()).at(-1)?.body).requireTags).toBeNull();
    const wrong = await api.call('PATCH', `/api/v1/api-keys/${body.id}`, { requireTags: 'eu' });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([400, 'requireTags']);
  });

  it('have limits and allowed addresses, which their document tells, until they are lifted', async () => {
    const rules = {
      limits: { requestsPerMinute: 60, models: [{ model: 'gpt-4o*', tokensPerMinute: 1_000 }] },
      allowedAddresses: ['192.0.2.0/24', '2001:db8::1'],
    };
    const { body } = await create({ name: 'limited', ...rules });
    expect((await api.call('GET', `/api/v1/api-keys/${body.id}`)).body).toMatchObject(rules);
    expect(apiKeyDocument.parse((await api.outbox()).at(-1)?.body)).toMatchObject(rules);
    await api.call('PATCH', `/api/v1/api-keys/${body.id}`, { name: 'still-limited' });
    expect((await api.outbox()).at(-1)?.body).toMatchObject(rules);
    const lifted = { limits: null, allowedAddresses: null };
    const changed = await api.call('PATCH', `/api/v1/api-keys/${body.id}`, lifted);
    expect(changed).toMatchObject({ status: 200, body: lifted });
    expect((await api.outbox()).at(-1)?.body).toMatchObject(lifted);
  });

  it('are refused limits and addresses that make no sense', async () => {
    const limited = await create({ name: 'nonsense', limits: { requestsPerMinute: 0 } });
    expect(limited).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    const addressed = await create({ name: 'nonsense', allowedAddresses: ['example.com'] });
    expect(addressed).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('are revoked for ever, with a document that says so', async () => {
    const { body } = await create({ name: 'leaked' });
    const revoked = await api.call('POST', `/api/v1/api-keys/${body.id}/revoke`);
    expect(revoked).toMatchObject({ status: 200, body: { status: 'revoked' } });
    expect(revoked.body.revokedAt).not.toBeNull();
    expect((await api.outbox()).at(-1)?.body).toMatchObject({ id: body.id, status: 'revoked' });

    const rows = (await api.outbox()).length;
    expect((await api.call('POST', `/api/v1/api-keys/${body.id}/revoke`)).status).toBe(200);
    expect((await api.outbox()).length).toBe(rows);
    expect(await api.call('PATCH', `/api/v1/api-keys/${body.id}`, { name: 'back' })).toMatchObject({
      status: 409,
      body: { code: 'in_use' },
    });
  });

  it('have names that are unique among the active keys of an organization', async () => {
    const { body } = await create({ name: 'unique' });
    expect(await create({ name: 'unique' })).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    await api.call('POST', `/api/v1/api-keys/${body.id}/revoke`);
    expect((await create({ name: 'unique' })).status).toBe(201);
  });

  it('are listed by organization, status and name', async () => {
    const other = (await api.call('POST', '/api/v1/organizations', { name: 'other' })).body.id;
    const { body } = await api.call('POST', '/api/v1/api-keys', { organizationId: other, name: 'listed' });
    const list = await api.call('GET', `/api/v1/api-keys?organizationId=${other}&status=active&name=listed`);
    expect(list.body.items).toMatchObject([{ id: body.id }]);
    expect(JSON.stringify(list.body)).not.toContain(body.secret);
    expect(
      (await api.call('GET', `/api/v1/api-keys?organizationId=${other}&status=revoked`)).body.items,
    ).toEqual([]);
  });

  it('need an organization that exists', async () => {
    const answer = await create({ organizationId: '00000000-0000-7000-8000-000000000000', name: 'x' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each([
    [{ name: 'x', organizationId: 'acme' }, 'organizationId must be a UUID'],
    [{}, 'name must be a string'],
    [{ name: 'x', secret: 'my-own-secret-of-20-characters' }, 'secret is not a known field'],
    [{ name: 'x', models: 'gpt-4o' }, 'models must be an array'],
    [{ name: 'x', models: [''] }, 'each value in models must be longer'],
    [{ name: 'x', models: ['a', 'a'] }, "models All models's elements must be unique"],
    [{ name: 'x', expiresAt: 'tomorrow' }, 'expiresAt must be a valid ISO 8601'],
    [{ name: 'x', expiresAt: '2030-01-01' }, 'expiresAt must be a date and time with an offset'],
    [{ name: 'x', expiresAt: 1893456000000 }, 'expiresAt must be a valid ISO 8601'],
  ])('refuse %j', async (body, message) => {
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(message);
  });
});
