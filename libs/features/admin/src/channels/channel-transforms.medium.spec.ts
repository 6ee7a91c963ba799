import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { channelDocument } from '@tollgate/contracts';
import {
  clientKeyAssociation,
  generateMasterKey,
  openSecret,
  parseMasterKey,
  proxyAssociation,
} from '@tollgate/security';
import { startAdminApi, type AdminApi } from '../../test-support/admin-api.js';

const masterKey = parseMasterKey(generateMasterKey());
const RULES = {
  overrides: [
    { mode: 'set', path: 'temperature', value: 0 },
    { mode: 'delete', path: 'top_k', conditions: [{ path: '@retries', mode: 'gt', value: 0 }] },
  ],
  headers: { set: { 'x-team': 'red' }, remove: ['x-stainless-os'] },
  systemPrompt: { text: 'Be brief.', mode: 'prepend' },
  allow: ['service_tier'],
  disableStore: true,
  statusMap: { '429': 503 },
  timeouts: { firstByteTimeoutMs: 300_000 },
};

describe("a channel's rules", () => {
  let api: AdminApi;
  let number = 0;

  beforeAll(async () => {
    api = await startAdminApi({ masterKey });
  });
  afterAll(() => api?.close());

  const create = (body: object) =>
    api.call('POST', '/api/v1/channels', {
      ...{
        name: `ruled-${(number += 1)}`,
        provider: 'openai',
        credentials: ['sk-1'],
        models: [{ name: 'm' }],
      },
      ...body,
    });
  const lastDocument = async () => channelDocument.parse((await api.outbox()).at(-1)?.body);

  it('are stored, shown, published and written to the audit log', async () => {
    const created = await create(RULES);
    expect(created).toMatchObject({ status: 201, body: { ...RULES, passThroughBody: null } });
    expect(await lastDocument()).toMatchObject(RULES);
    const { id } = created.body;
    expect((await api.call('GET', `/api/v1/channels/${id}`)).body).toMatchObject(RULES);
    const log = await api.call('GET', `/api/v1/audit-log?subjectKind=channel&subjectId=${id}`);
    expect(log.body.items[0]).toMatchObject({ after: RULES });
  });

  it('are changed one by one, and taken away by null', async () => {
    const { id } = (await create(RULES)).body;
    const change = { overrides: { top_p: 1 }, systemPrompt: null };
    const changed = await api.call('PATCH', `/api/v1/channels/${id}`, change);
    expect(changed).toMatchObject({ status: 200, body: { ...RULES, ...change } });
    const document = await lastDocument();
    expect(document).toMatchObject({ overrides: { top_p: 1 }, headers: RULES.headers });
    expect(document).not.toHaveProperty('systemPrompt');
  });

  it.each([
    ['overrides', { overrides: [{ mode: 'set', path: '__proto__', value: 1 }] }, '[0].path'],
    ['overrides', { overrides: 'temperature' }, ''],
    ['overrides[0].from', { overrides: [{ mode: 'regex-replace', path: 'a', from: '(' }] }, 'regexp'],
    ['headers', { headers: { set: { authorization: 'Bearer sk-1' } } }, 'set.authorization'],
    ['statusMap', { statusMap: { 429: 99 } }, '429'],
    ['timeouts', { timeouts: { idleTimeoutMs: 0 } }, 'idleTimeoutMs'],
    ['allow', { allow: ['tools'] }, '[0]'],
    ['passThroughBody', { passThroughBody: true, systemPrompt: RULES.systemPrompt }, 'as it is'],
  ])('are refused with the field at fault: %s', async (field, body, message) => {
    const refused = await create(body);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    expect(refused.body.errors[0].message).toContain(message);
  });

  describe('of how its vendor is reached', () => {
    const PROXY = 'socks5://ann:p%40ss@proxy.test:1080';
    const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----';
    const KEY = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';

    it('are sealed where they are secret, and show nothing of it', async () => {
      const tls = { serverName: 'vendor.test', clientCertificate: CERTIFICATE, clientKey: KEY };
      const created = await create({ proxy: PROXY, tls, inFlightMax: 4 });
      expect(created).toMatchObject({
        status: 201,
        body: {
          proxy: 'socks5://…@proxy.test:1080',
          tls: { serverName: 'vendor.test', clientCertificate: CERTIFICATE, clientKey: '…' },
          inFlightMax: 4,
        },
      });
      const { id } = created.body;
      const log = await api.call('GET', `/api/v1/audit-log?subjectKind=channel&subjectId=${id}`);
      const everything = JSON.stringify([created.body, log.body, (await api.outbox()).at(-1)]);
      for (const secret of ['p%40ss', 'p@ss', 'c2VjcmV0']) expect(everything).not.toContain(secret);
      const document = await lastDocument();
      const url = 'socks5://proxy.test:1080';
      expect(document.proxy?.url).toBe(url);
      expect(openSecret(masterKey, document.proxy!.credentials!, proxyAssociation(id, url))).toBe(
        '["ann","p@ss"]',
      );
      expect(openSecret(masterKey, document.tls!.clientKey!, clientKeyAssociation(id))).toBe(KEY);
    });

    it('stay when nothing is said of them, and go by null', async () => {
      const { id } = (await create({ proxy: PROXY })).body;
      const changed = await api.call('PATCH', `/api/v1/channels/${id}`, { priority: 3 });
      expect(changed.body.proxy).toBe('socks5://…@proxy.test:1080');
      expect((await lastDocument()).proxy?.credentials).not.toBeNull();
      expect((await api.call('PATCH', `/api/v1/channels/${id}`, { proxy: null })).body.proxy).toBeNull();
      expect(await lastDocument()).not.toHaveProperty('proxy');
    });

    it.each([
      ['proxy', { proxy: 'ftp://proxy.test' }],
      ['proxy', { proxy: 'http://proxy.test/path' }],
      ['tls', { tls: { clientKey: KEY } }],
      ['tls', { tls: { ca: 'none' } }],
      ['inFlightMax', { inFlightMax: 0 }],
    ])('are refused with the field at fault: %s', async (field, body) => {
      expect(await create(body)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    });
  });
});
