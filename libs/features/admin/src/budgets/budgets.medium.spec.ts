import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  apiKeyDocument,
  budgetDefinedV1,
  organizationDocument,
  RPC,
  type BudgetDefinedV1,
} from '@tollgate/contracts';
import { of, throwError } from 'rxjs';
import { startAdminApi, type AdminApi, type Json } from '../../test-support/admin-api.js';

const STANDING = {
  ...{ spent: '20.00', remaining: '30.00' },
  ...{ startsAt: '2026-11-01T00:00:00.000Z', endsAt: '2026-12-01T00:00:00.000Z' },
};

describe('budgets', () => {
  let api: AdminApi;
  let billing: 'answers' | 'is away' = 'answers';
  let organization: Json;
  let key: Json;
  let count = 0;

  beforeAll(async () => {
    const rpcClient = {
      send: (pattern: unknown, request: { budgetIds?: string[] }) =>
        billing === 'answers' && pattern === RPC.budgets
          ? of({ budgets: Object.fromEntries((request.budgetIds ?? []).map((id) => [id, STANDING])) })
          : throwError(() => new Error('no responders')),
    };
    api = await startAdminApi({ rpcClient: rpcClient as never });
  });
  afterAll(() => api?.close());
  beforeEach(async () => {
    billing = 'answers';
    count += 1;
    organization = (await api.call('POST', '/api/v1/organizations', { name: `acme-${count}` })).body;
    const input = { name: 'ci', organizationId: organization.id };
    key = (await api.call('POST', '/api/v1/api-keys', input)).body;
  });

  const create = (more: object = {}) =>
    api.call('POST', '/api/v1/budgets', {
      ...{ scope: 'organization', scopeId: organization.id, period: 'monthly', amount: '50' },
      ...more,
    });
  const events = async (id: string): Promise<BudgetDefinedV1[]> =>
    (await api.outbox())
      .filter(({ target, key: messageId }) => target === 'budgets' && messageId.includes(id))
      .map(({ body }) => budgetDefinedV1.parse(body));
  const lastDocument = async (prefix: string): Promise<unknown> =>
    (await api.outbox())
      .filter(({ kind, key: name }) => kind === 'document' && name.startsWith(prefix))
      .at(-1)?.body;
  const budgetsOfOrganization = async () =>
    organizationDocument.parse(await lastDocument(`organizations.${organization.id}`)).budgets;

  it('are made, named in the document of their organisation, and told to billing', async () => {
    const { status, body } = await create();
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { amount: '50.00', period: 'monthly', thresholds: [50, 80, 100], soft: false, spent: null },
    });
    expect(await budgetsOfOrganization()).toEqual([{ id: body.id, period: 'monthly' }]);
    expect(await events(body.id)).toMatchObject([
      {
        budgetId: body.id,
        revision: 1,
        scope: { kind: 'organization', id: organization.id },
        period: 'monthly',
        amount: '50.00',
        removed: false,
      },
    ]);
  });

  it('of a key are named in its document', async () => {
    const { body } = await create({ scope: 'api-key', scopeId: key.id, period: 'daily' });
    expect(apiKeyDocument.parse(await lastDocument('keys.'))).toMatchObject({
      id: key.id,
      budgets: [{ id: body.id, period: 'daily' }],
    });
    // Another change of the key does not lose them.
    await api.call('PATCH', `/api/v1/api-keys/${key.id}`, { models: ['gpt-4o'] });
    expect(apiKeyDocument.parse(await lastDocument('keys.'))).toMatchObject({
      models: ['gpt-4o'],
      budgets: [{ id: body.id, period: 'daily' }],
    });
  });

  it('that are soft hold nothing back, so that no proxy has to know of them', async () => {
    const { body } = await create({ soft: true });
    expect(await budgetsOfOrganization()).toEqual([]);
    expect(await events(body.id)).toMatchObject([{ soft: true }]);
  });

  it('are shown with what was spent, and without while billing is away', async () => {
    const { body } = await create();
    const path = `/api/v1/budgets/${body.id}`;
    expect((await api.call('GET', path)).body).toMatchObject({
      ...{ spent: '20.00', remaining: '30.00', endsAt: STANDING.endsAt },
    });
    billing = 'is away';
    expect((await api.call('GET', path)).body).toMatchObject({ spent: null, remaining: null });
    const list = await api.call('GET', `/api/v1/budgets?scope=organization&scopeId=${organization.id}`);
    expect(list.body).toMatchObject({ items: [{ id: body.id }], nextCursor: null });
  });

  it('are changed and removed, each time with a revision that rises', async () => {
    const { body } = await create();
    const path = `/api/v1/budgets/${body.id}`;
    const changed = await api.call('PATCH', path, { amount: '75.5', thresholds: [100, 90] });
    expect(changed).toMatchObject({ status: 200, body: { amount: '75.50', thresholds: [90, 100] } });
    expect((await api.call('DELETE', path)).status).toBe(204);
    expect(await budgetsOfOrganization()).toEqual([]);
    expect((await events(body.id)).map(({ revision, removed }) => [revision, removed])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect((await api.call('GET', path)).status).toBe(404);
    const log = await api.call('GET', `/api/v1/audit-log?subjectId=${body.id}`);
    expect(log.body.items.map(({ action }: Json) => action)).toEqual([
      'budget.delete',
      'budget.update',
      'budget.create',
    ]);
  });

  it('go with their organisation and its keys', async () => {
    const { body: ofOrganization } = await create();
    const { body: ofKey } = await create({ scope: 'api-key', scopeId: key.id });
    await api.call('POST', `/api/v1/api-keys/${key.id}/revoke`);
    expect((await api.call('DELETE', `/api/v1/organizations/${organization.id}`)).status).toBe(204);
    for (const { id } of [ofOrganization, ofKey]) {
      expect((await events(id)).at(-1)).toMatchObject({ removed: true, revision: 2 });
      expect((await api.call('GET', `/api/v1/budgets/${id}`)).status).toBe(404);
    }
  });

  it('are one a scope, period and kind', async () => {
    await create();
    expect(await create()).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    expect((await create({ soft: true })).status).toBe(201);
    expect((await create({ period: 'weekly' })).status).toBe(201);
  });

  it.each([
    [{ scope: 'project' }, 'scope'],
    [{ period: 'yearly' }, 'period'],
    [{ amount: '-1' }, 'amount'],
    [{ amount: 1 }, 'amount'],
    [{ thresholds: [50, 50] }, 'thresholds'],
    [{ thresholds: [0] }, 'thresholds'],
    [{ soft: 'yes' }, 'soft'],
    [{ scopeId: 'acme' }, 'scopeId'],
  ])('are refused when wrong: %j', async (more, field) => {
    const answer = await create(more);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(field);
  });

  it('need an organisation or a key that exists', async () => {
    const scopeId = '00000000-0000-7000-8000-000000000000';
    expect(await create({ scopeId })).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('are applied from the file, again without a change, and removed when they are not listed', async () => {
    const apply = (budgets: object[]) =>
      api.call('POST', '/api/v1/config/apply', {
        version: 1,
        organizations: [{ name: 'filed', budgets }],
        keys: [
          {
            ...{ name: 'ci', organization: 'filed', secret: 'sk-tg-of-the-file-with-budgets' },
            budgets: [{ period: 'daily', amount: '1.00' }],
          },
        ],
      });
    const monthly = { period: 'monthly', amount: '50.00', thresholds: [50, 80, 100] };
    const named = ({ body }: Json) => body.changes.map(({ action, name }: Json) => `${action} ${name}`);
    expect(named(await apply([monthly]))).toEqual([
      'create filed',
      'create filed/ci',
      'create filed monthly',
      'create filed/ci daily',
    ]);
    expect(named(await apply([monthly]))).toEqual([]);
    expect(named(await apply([{ ...monthly, amount: '60' }]))).toEqual(['update filed monthly']);
    expect(named(await apply([]))).toEqual(['delete filed monthly']);
    expect(organizationDocument.parse(await lastDocument('organizations.'))).toMatchObject({
      name: 'filed',
      budgets: [],
    });
  });
});
