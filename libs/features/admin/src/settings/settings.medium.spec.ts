import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settingsDocument } from '@tollgate/contracts';
import { startAdminApi, type AdminApi } from '../../test-support/admin-api.js';

const DEFAULTS = settingsDocument.parse({});

describe('settings over HTTP', () => {
  let api: AdminApi;

  beforeAll(async () => {
    api = await startAdminApi();
  });

  afterAll(() => api?.close());

  it('are their defaults before the first write', async () => {
    expect((await api.call('GET', '/api/v1/settings')).body).toEqual(DEFAULTS);
  });

  it('are patched field by field, and replaced as a whole', async () => {
    await api.call('PATCH', '/api/v1/settings', { routing: { attemptsMax: 5 } });
    const patched = await api.call('PATCH', '/api/v1/settings', { upstream: { idleTimeoutMs: 9 } });
    expect(patched).toMatchObject({
      status: 200,
      body: { routing: { attemptsMax: 5 }, upstream: { idleTimeoutMs: 9, connectTimeoutMs: 5_000 } },
    });
    expect(settingsDocument.parse((await api.outbox()).at(-1)?.body)).toEqual(patched.body);
    expect((await api.outbox()).at(-1)?.key).toBe('settings.global');

    const replaced = await api.call('PUT', '/api/v1/settings', { pricing: { allowUnpriced: true } });
    expect(replaced.body).toEqual({ ...DEFAULTS, pricing: { allowUnpriced: true } });
    expect((await api.call('GET', '/api/v1/settings')).body).toEqual(replaced.body);
    const log = await api.call('GET', '/api/v1/audit-log?action=settings.update');
    expect(log.body.items[0]).toMatchObject({
      before: { routing: { attemptsMax: 5 } },
      after: { routing: { attemptsMax: 3 } },
    });
  });

  it('lose nothing when they are patched by many at once', async () => {
    await Promise.all([
      api.call('PATCH', '/api/v1/settings', { routing: { attemptsMax: 2 } }),
      api.call('PATCH', '/api/v1/settings', { health: { enabled: false } }),
      api.call('PATCH', '/api/v1/settings', { upstream: { totalTimeoutMs: 11 } }),
    ]);
    expect((await api.call('GET', '/api/v1/settings')).body).toMatchObject({
      routing: { attemptsMax: 2 },
      health: { enabled: false },
      upstream: { totalTimeoutMs: 11 },
    });
  });

  it.each([
    [{ routing: { attemptsMax: 0 } }, 'routing.attemptsMax must not be less than 1'],
    [{ routing: { attemptsMax: '3' } }, 'routing.attemptsMax must be'],
    [{ routing: null }, 'routing must be an object'],
    [{ upstream: { idleTimeoutMs: 86_400_001 } }, 'upstream.idleTimeoutMs must not be greater'],
    [{ admission: { onStoreDown: 'ajar' } }, 'admission.onStoreDown must be one of'],
    [{ pricing: { allowUnpriced: 'yes' } }, 'pricing.allowUnpriced must be a boolean'],
    [{ health: { enabld: true } }, 'health.enabld is not a known field'],
    [{ colours: {} }, 'colours is not a known field'],
  ])('refuse %j', async (body, message) => {
    for (const method of ['PUT', 'PATCH'] as const) {
      const answer = await api.call(method, '/api/v1/settings', body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
      expect(JSON.stringify(answer.body.errors)).toContain(message);
    }
  });
});
