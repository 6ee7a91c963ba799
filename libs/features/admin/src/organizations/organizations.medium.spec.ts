import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { organizationCreatedV1, organizationDocument } from '@tollgate/contracts';
import { of, throwError } from 'rxjs';
import { startAdminApi, type AdminApi } from '../../test-support/admin-api.js';

describe('organizations', () => {
  let api: AdminApi;
  let billing: 'answers' | 'is away' = 'answers';

  beforeAll(async () => {
    const rpcClient = {
      send: (_pattern: unknown, request: { organizationIds: string[] }) =>
        billing === 'answers'
          ? of({ balances: Object.fromEntries(request.organizationIds.map((id) => [id, '99.5'])) })
          : throwError(() => new Error('no responders')),
    };
    api = await startAdminApi({ rpcClient: rpcClient as never });
  });

  afterAll(() => api?.close());

  it('are created with an opening balance that billing is told once', async () => {
    const created = await api.call('POST', '/api/v1/organizations', {
      name: 'acme',
      group: 'gold',
      openingBalance: '100',
    });

    expect(created).toMatchObject({
      status: 201,
      body: { name: 'acme', group: 'gold', status: 'active', openingBalance: '100.00', balance: null },
    });
    const { id } = created.body;
    const rows = (await api.outbox()).filter(({ key }) => key.includes(id));
    expect(rows).toHaveLength(2);
    expect(organizationDocument.parse(rows[0]?.body)).toEqual({
      id,
      name: 'acme',
      group: 'gold',
      status: 'active',
      budgets: [],
      limits: null,
      allowedAddresses: null,
    });
    expect(rows[0]).toMatchObject({ kind: 'document', target: 'identity', key: `organizations.${id}` });
    expect(rows[1]).toMatchObject({
      kind: 'event',
      target: 'organizations',
      key: `organization.created:${id}`,
    });
    expect(organizationCreatedV1.parse(rows[1]?.body)).toMatchObject({
      organizationId: id,
      openingBalance: '100.00',
    });
  });

  it('are shown with the balance that billing tells, and without while it is away', async () => {
    const { body } = await api.call('POST', '/api/v1/organizations', { name: 'balanced' });
    billing = 'answers';
    expect((await api.call('GET', `/api/v1/organizations/${body.id}`)).body.balance).toBe('99.5');
    billing = 'is away';
    expect((await api.call('GET', `/api/v1/organizations/${body.id}`)).body.balance).toBeNull();
    const list = await api.call('GET', '/api/v1/organizations?name=balanced');
    expect(list.body.items).toMatchObject([{ name: 'balanced', balance: null }]);
    billing = 'answers';
  });

  it('have limits and allowed addresses, which their document tells, until they are lifted', async () => {
    const rules = { limits: { concurrencyMax: 5 }, allowedAddresses: ['192.0.2.0/24'] };
    const { body } = await api.call('POST', '/api/v1/organizations', { name: 'limited', ...rules });
    expect(body).toMatchObject(rules);
    expect((await api.outbox()).at(-2)?.body).toMatchObject(rules);
    const lifted = { limits: null, allowedAddresses: null };
    const changed = await api.call('PATCH', `/api/v1/organizations/${body.id}`, lifted);
    expect(changed).toMatchObject({ status: 200, body: lifted });
    expect((await api.outbox()).at(-1)?.body).toMatchObject(lifted);
  });

  it('are changed, with the change in the audit log and in the outbox', async () => {
    const { body } = await api.call('POST', '/api/v1/organizations', { name: 'changing' });
    const changed = await api.call('PATCH', `/api/v1/organizations/${body.id}`, { status: 'suspended' });

    expect(changed).toMatchObject({ status: 200, body: { status: 'suspended', name: 'changing' } });
    const log = await api.call('GET', `/api/v1/audit-log?subjectId=${body.id}`);
    expect(log.body.items).toMatchObject([
      {
        action: 'organization.update',
        actorName: 'admin',
        via: 'api',
        before: { status: 'active' },
        after: { status: 'suspended' },
      },
      { action: 'organization.create', before: null, after: { name: 'changing' } },
    ]);
    const documents = (await api.outbox()).filter(({ key }) => key === `organizations.${body.id}`);
    expect(documents.at(-1)?.body).toMatchObject({ status: 'suspended' });
  });

  it('are deleted with their revoked keys, but not while a key is active', async () => {
    const { body } = await api.call('POST', '/api/v1/organizations', { name: 'leaving' });
    const key = await api.call('POST', '/api/v1/api-keys', { organizationId: body.id, name: 'k' });

    const refused = await api.call('DELETE', `/api/v1/organizations/${body.id}`);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'in_use', detail: 'The organization has 1 active API keys; revoke them first.' },
    });

    await api.call('POST', `/api/v1/api-keys/${key.body.id}/revoke`);
    expect((await api.call('DELETE', `/api/v1/organizations/${body.id}`)).status).toBe(204);
    expect((await api.call('GET', `/api/v1/organizations/${body.id}`)).status).toBe(404);
    expect((await api.call('GET', `/api/v1/api-keys/${key.body.id}`)).status).toBe(404);
    const last = (await api.outbox()).slice(-2);
    expect(last).toMatchObject([
      { kind: 'document', target: 'identity', key: expect.stringMatching(/^keys\./), body: null },
      { kind: 'document', target: 'identity', key: `organizations.${body.id}`, body: null },
    ]);
  });

  it('are listed in pages, newest first, through a cursor', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) {
      await api.call('POST', '/api/v1/organizations', { name, group: 'paged' });
    }
    const first = await api.call('GET', '/api/v1/organizations?group=paged&limit=2');
    expect(first.body.items.map(({ name }: { name: string }) => name)).toEqual(['page-3', 'page-2']);
    const second = await api.call(
      'GET',
      `/api/v1/organizations?group=paged&limit=2&cursor=${first.body.nextCursor}`,
    );
    expect(second.body).toMatchObject({ items: [{ name: 'page-1' }], nextCursor: null });
  });

  it('refuse a name that is taken', async () => {
    await api.call('POST', '/api/v1/organizations', { name: 'taken' });
    const again = await api.call('POST', '/api/v1/organizations', { name: 'taken' });
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'already_exists', detail: 'There is an organization of this name.' },
    });
  });

  it.each([
    [{}, 'name must be a string'],
    [{ name: '' }, 'name must be longer than or equal to 1 characters'],
    [{ name: 'a\u0000b' }, 'name must not hold control characters'],
    [{ name: 'x', balance: '1' }, 'balance is not a known field'],
    [{ name: 'x', openingBalance: 1 }, 'openingBalance must be a decimal string'],
    [{ name: 'x', openingBalance: '-1' }, 'openingBalance must be a decimal string'],
    [{ name: 'x', group: null }, 'group must be a string'],
  ])('refuse %j', async (body, message) => {
    const answer = await api.call('POST', '/api/v1/organizations', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(message);
  });

  it.each([
    ['GET', '/api/v1/organizations/no-uuid', 400],
    ['GET', '/api/v1/organizations/00000000-0000-7000-8000-000000000000', 404],
    ['GET', '/api/v1/organizations?limit=0', 400],
    ['GET', '/api/v1/organizations?cursor=garbage', 400],
    ['GET', '/api/v1/organizations?colour=red', 400],
    ['DELETE', '/api/v1/organizations/00000000-0000-7000-8000-000000000000', 404],
  ] as const)('answer %s %s with %i', async (method, path, status) => {
    expect((await api.call(method, path)).status).toBe(status);
  });
});
