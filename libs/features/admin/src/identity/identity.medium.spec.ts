import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Clock } from '@tollgate/contracts';
import { call, PASSWORD, startAdminApi, type AdminApi } from '../../test-support/admin-api.js';

const NEW_PASSWORD = 'another fine password';

describe('identity', () => {
  let api: AdminApi;
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock: Clock = { now: () => now, monotonic: () => now };

  beforeAll(async () => {
    api = await startAdminApi({ clock });
  });

  afterAll(() => api?.close());

  const login = (password: string, username = 'admin') =>
    call(api.app, { method: 'POST', path: '/api/v1/auth/login', body: { username, password } });

  it('lets the administrator in and tells who it is', async () => {
    const answer = await login(PASSWORD);
    expect(answer.status).toBe(200);
    expect(answer.body.expiresAt).toBe('2026-01-01T12:00:00.000Z');
    const me = await call(api.app, {
      method: 'GET',
      path: '/api/v1/auth/me',
      accessToken: answer.body.accessToken,
    });
    expect(me).toMatchObject({ status: 200, body: { username: 'admin', role: 'administrator' } });
    expect(JSON.stringify(me.body)).not.toContain('argon2');
  });

  it('refuses a token that has expired', async () => {
    const { accessToken } = (await login(PASSWORD)).body;
    now += 12 * 3_600_000 + 10_000;
    const me = await call(api.app, { method: 'GET', path: '/api/v1/auth/me', accessToken });
    expect(me).toMatchObject({ status: 401, body: { code: 'invalid_access_token' } });
  });

  it('says the same for a wrong password and an unknown name', async () => {
    const wrong = await login('wrong');
    const unknown = await login('wrong', 'nobody');
    expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    expect(unknown.body.detail).toBe(wrong.body.detail);
    await login(PASSWORD);
  });

  it('refuses a name that Postgres can not hold', async () => {
    expect(await login('wrong', 'ad\u0000min')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
  });

  it('slows guessing down, also when the guesses come at once, and forgets it in time', async () => {
    const guesses = await Promise.all(Array.from({ length: 12 }, (_, index) => login(`guess-${index}`)));
    const refused = guesses.filter(({ status }) => status === 429);
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(6);
    expect(refused).toHaveLength(6);
    expect(refused[0]).toMatchObject({ body: { code: 'rate_limited' }, headers: { 'retry-after': '1' } });
    // Even the right password has to wait: else the answer would tell that it was right.
    expect((await login(PASSWORD)).status).toBe(429);

    now += 1_000;
    expect((await login(PASSWORD)).status).toBe(200);
    expect((await login('wrong')).status).toBe(401);
    expect((await login(PASSWORD)).status).toBe(200);
  });

  it.each([
    [{}, 'username must be a string'],
    [{ username: 'admin' }, 'password must be a string'],
    [{ username: 'admin', password: '' }, 'password must be longer'],
    [{ username: 'admin', password: 'x'.repeat(300) }, 'password must be shorter'],
    [{ username: 'admin', password: 'x', otp: '1' }, 'otp is not a known field'],
    [{ username: { $ne: '' }, password: 'x' }, 'username must be a string'],
  ])('refuses the login %j', async (body, message) => {
    const answer = await call(api.app, { method: 'POST', path: '/api/v1/auth/login', body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(JSON.stringify(answer.body.errors)).toContain(message);
  });

  it('changes the own password, given the current one', async () => {
    const { accessToken } = (await login(PASSWORD)).body;
    const change = (body: object) =>
      call(api.app, { method: 'PUT', path: '/api/v1/auth/password', body, accessToken });

    expect(await change({ currentPassword: 'wrong', newPassword: NEW_PASSWORD })).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' },
    });
    expect(await change({ currentPassword: PASSWORD, newPassword: 'short' })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', detail: 'newPassword is too short: use at least 8 characters.' },
    });
    expect((await change({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD })).status).toBe(204);
    expect((await login(PASSWORD)).status).toBe(401);
    expect((await login(NEW_PASSWORD)).status).toBe(200);
  });

  it('writes neither passwords nor hashes into the audit log and the logs', async () => {
    const audit = JSON.stringify(await api.dataSource.query('select * from admin.audit_log'));
    expect(audit).toContain('user.create');
    expect(audit).toContain('user.change-password');
    for (const secret of [PASSWORD, NEW_PASSWORD, 'argon2']) {
      expect(audit + api.logged()).not.toContain(secret);
    }
  });

  it('makes one administrator, however many processes start at once', async () => {
    const fresh = await startAdminApi();
    await fresh.dataSource.query('delete from admin.users');
    const states = await Promise.all([1, 2, 3].map(() => fresh.services.admin.ensureAdministrator()));
    expect(states.map(({ status }) => status).sort()).toEqual(['exists', 'exists', 'generated']);
    const generated = states.find((state) => state.status === 'generated');
    const answer = await call(fresh.app, {
      method: 'POST',
      path: '/api/v1/auth/login',
      body: { username: 'admin', password: generated?.password },
    });
    expect(answer.status).toBe(200);
    await fresh.close();
  });

  it.each(['', 'short', 'password'])('refuses to start with the password %j', async (password) => {
    await expect(api.services.admin.ensureAdministrator(password)).rejects.toMatchObject({
      code: 'validation_failed',
      message: expect.stringContaining('TOLLGATE_ADMIN_PASSWORD is'),
    });
  });

  it.each([
    ['GET', '/api/v1/organizations'],
    ['POST', '/api/v1/organizations'],
    ['GET', '/api/v1/api-keys'],
    ['GET', '/api/v1/channels'],
    ['GET', '/api/v1/models'],
    ['GET', '/api/v1/price-cards'],
    ['GET', '/api/v1/groups'],
    ['GET', '/api/v1/settings'],
    ['PUT', '/api/v1/settings'],
    ['GET', '/api/v1/providers'],
    ['GET', '/api/v1/audit-log'],
    ['POST', '/api/v1/config/apply'],
    ['GET', '/api/v1/auth/me'],
  ] as const)('lets nobody without a token do %s %s', async (method, path) => {
    expect(await call(api.app, { method, path })).toMatchObject({
      status: 401,
      body: { code: 'invalid_access_token' },
    });
  });
});
