import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  apiKeyDocument,
  channelDocument,
  modelDocument,
  organizationDocument,
  priceCardDocument,
  settingsDocument,
} from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import { noopLogger } from '@tollgate/telemetry';
import { eventually, FakeDocumentStore } from '@tollgate/testing';
import { startAdminApi, type AdminApi, type Json } from '../test-support/admin-api.js';

const FILE = `
version: 1
organizations: [{ name: acme, group: gold }, { name: beta }]
channels: [{ name: demo, provider: demo, models: [demo], groups: [gold, silver] }]
models: [{ name: demo }]
prices: [{ model: demo, input: "1" }]
keys: [{ name: ci, organization: acme, secret: a-secret-of-twenty-characters }]
`;

describe('admin', () => {
  let api: AdminApi;

  beforeAll(async () => {
    api = await startAdminApi();
    await api.services.admin.applyConfig(FILE, {});
  });

  afterAll(() => api?.close());

  it('derives groups from who uses them', async () => {
    const all = await api.call('GET', '/api/v1/groups');
    expect(all.body).toEqual({
      items: [
        { name: 'default', organizations: 1, channels: 0 },
        { name: 'gold', organizations: 1, channels: 1 },
        { name: 'silver', organizations: 0, channels: 1 },
      ],
      nextCursor: null,
    });
    const first = await api.call('GET', '/api/v1/groups?limit=2');
    const second = await api.call('GET', `/api/v1/groups?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items).toMatchObject([{ name: 'silver' }]);
  });

  it('logs what a declarative file did under its own name, in pages and by filter', async () => {
    const byKind = await api.call('GET', '/api/v1/audit-log?subjectKind=api-key&actorName=system');
    expect(byKind.body.items).toMatchObject([
      { action: 'api-key.create', via: 'config-file', subjectName: 'ci' },
    ]);

    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body }: Json = await api.call('GET', `/api/v1/audit-log?limit=3${query}`);
      seen.push(...body.items.map(({ id }: Json) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(seen).toHaveLength(7);

    const future = await api.call('GET', '/api/v1/audit-log?from=2999-01-01T00:00:00Z');
    expect(future.body.items).toEqual([]);
    const past = await api.call('GET', '/api/v1/audit-log?to=2999-01-01T00:00:00Z&limit=1');
    expect(past.body.items).toHaveLength(1);
  });

  it.each(['from=yesterday', 'limit=1000', 'actor=admin', 'cursor=W10'])(
    'refuses the query of the audit log %s',
    async (query) => {
      expect(await api.call('GET', `/api/v1/audit-log?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed' },
      });
    },
  );

  it('publishes every document again when the store has none, and only then', async () => {
    const store = (marker: unknown) =>
      ({ bucket: () => ({ get: () => Promise.resolve(marker) }) }) as unknown as DocumentStore;
    await api.dataSource.query('delete from admin.outbox');

    expect(
      await api.services.admin.ensureDocuments(store({ key: 'publication', value: {}, revision: 1 })),
    ).toBe(false);
    expect(await api.outbox()).toEqual([]);

    expect(await api.services.admin.ensureDocuments(store(undefined))).toBe(true);
    const rows = await api.outbox();
    const bodies = (prefix: string) =>
      rows.filter(({ key }) => key.startsWith(prefix)).map(({ target, body }) => [target, body] as const);
    const [[channelBucket, channel] = []] = bodies('channels.');
    expect([channelBucket, channelDocument.parse(channel).name]).toEqual(['config', 'demo']);
    expect(modelDocument.parse(bodies('models.')[0]?.[1]).name).toBe('demo');
    expect(priceCardDocument.parse(bodies('prices.')[0]?.[1]).versions).toHaveLength(1);
    expect(bodies('organizations.').map(([, body]) => organizationDocument.parse(body).name)).toEqual([
      'acme',
      'beta',
    ]);
    expect(apiKeyDocument.parse(bodies('keys.')[0]?.[1]).name).toBe('ci');
    expect(bodies('organization.created:').map(([topic]) => topic)).toEqual([
      'organizations',
      'organizations',
    ]);
    expect(settingsDocument.parse(rows.at(-2)?.body)).toEqual(settingsDocument.parse({}));
    expect(rows.at(-1)).toMatchObject({ key: 'publication', target: 'config' });
    expect(rows).toHaveLength(10);

    // They are on their way: a replica that finds the store empty, too, adds nothing.
    expect(await api.services.admin.ensureDocuments(store(undefined))).toBe(false);
    expect(await api.outbox()).toHaveLength(10);
  });

  it('publishes every document again within seconds when the store loses them while it runs', async () => {
    const documents = new FakeDocumentStore();
    await documents.bucket('config').put('publication', {});
    await api.dataSource.query('delete from admin.outbox');
    const stop = api.services.admin.keepDocuments(documents, noopLogger);
    documents.loseData();
    await eventually(async () => (await api.outbox()).length > 0, 'the documents on their way', 10_000);
    await stop();
    expect((await api.outbox()).at(-1)).toMatchObject({ key: 'publication' });
  });

  it('describes every route in OpenAPI 3.1, with what it takes and what it answers', async () => {
    const { body: document } = await api.call('GET', '/api/v1/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    const operations: [string, Json][] = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, operation]): [string, Json] => [
        `${method} ${path}`,
        operation,
      ]),
    );
    expect(operations.length).toBeGreaterThan(30);
    for (const [name, operation] of operations) {
      expect([name, operation.summary]).toEqual([name, expect.stringMatching(/\.$/)]);
      expect([name, Object.keys(operation.responses).some((status) => status.startsWith('2'))]).toEqual([
        name,
        true,
      ]);
      expect([name, operation.tags]).toEqual([name, [expect.any(String)]]);
      const takesBody = /^(post|put|patch) /.test(name) && !name.endsWith('/revoke');
      expect([name, operation.requestBody !== undefined]).toEqual([name, takesBody]);
    }
  });

  it('names all fields of all views and inputs in OpenAPI', async () => {
    const { body: document } = await api.call('GET', '/api/v1/openapi.json');
    const list = (path: string) =>
      document.paths[path].get.responses['200'].content['application/json'].schema;
    expect(list('/api/v1/channels')).toEqual({ $ref: '#/components/schemas/ChannelPage' });
    const channel = (await api.call('GET', '/api/v1/channels')).body.items[0];
    expect(Object.keys(document.components.schemas.ChannelView.properties).sort()).toEqual(
      Object.keys(channel).sort(),
    );
    const organization = (await api.call('GET', '/api/v1/organizations')).body.items[0];
    expect(Object.keys(document.components.schemas.OrganizationView.properties).sort()).toEqual(
      Object.keys(organization).sort(),
    );
  });
});
