import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import type { Clock } from '@tollgate/contracts';
import { signAccessToken, verifyAccessToken } from './access-token.js';
import { generateMasterKey, parseMasterKey, type MasterKey } from './master-key.js';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const at = (milliseconds: number): Clock => ({
  now: () => NOW + milliseconds,
  monotonic: () => milliseconds,
});
const key = parseMasterKey(generateMasterKey());
const claims = { subject: 'user-1', role: 'administrator', ttlSeconds: 600 };

/** A token of our key with any header and payload, as an attacker with a leaked derived key of another kind can't. */
function forge(header: object, payload: object, by: MasterKey = key): string {
  const text = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createHmac('sha256', by.derive('access-token')).update(text).digest('base64url')}`;
}

const header = { alg: 'HS256', typ: 'at+jwt', kid: key.id };
const payload = {
  iss: 'tollgate',
  aud: 'tollgate-control',
  sub: 'user-1',
  role: 'administrator',
  iat: NOW / 1000,
  exp: NOW / 1000 + 60,
};

describe('an access token', () => {
  it('carries subject and role to every service that has the master key', async () => {
    const token = await signAccessToken(key, claims, at(0));
    expect(await verifyAccessToken(key, token, at(599_000))).toEqual({
      subject: 'user-1',
      role: 'administrator',
    });
  });

  it('accepts the hand-made token that the refusals below vary', async () => {
    expect(await verifyAccessToken(key, forge(header, payload), at(0))).toMatchObject({ subject: 'user-1' });
  });

  it('expires', async () => {
    const token = await signAccessToken(key, claims, at(0));
    await expect(verifyAccessToken(key, token, at(606_000))).rejects.toMatchObject({
      code: 'invalid_access_token',
      message: 'The access token has expired; log in again.',
    });
  });

  it('outlives a rotation of the master key', async () => {
    const token = await signAccessToken(key, claims, at(0));
    const rotated = { current: parseMasterKey(generateMasterKey()), previous: [key] };
    expect(await verifyAccessToken(rotated, token, at(0))).toMatchObject({ role: 'administrator' });
  });

  it.each([
    ['another master key', () => signAccessToken(parseMasterKey(generateMasterKey()), claims, at(0))],
    [
      'no signature',
      () =>
        `${forge({ ...header, alg: 'none' }, payload)
          .split('.')
          .slice(0, 2)
          .join('.')}.`,
    ],
    ['another algorithm', () => forge({ ...header, alg: 'HS512' }, payload)],
    ['another issuer', () => forge(header, { ...payload, iss: 'else' })],
    ['another audience', () => forge(header, { ...payload, aud: 'else' })],
    ['no subject', () => forge(header, { ...payload, sub: undefined })],
    ['no role', () => forge(header, { ...payload, role: undefined })],
    ['no expiry', () => forge(header, { ...payload, exp: undefined })],
    ['another type', () => forge({ ...header, typ: 'JWT' }, payload)],
    ['no structure', () => 'garbage'],
    ['nothing in it', () => ''],
  ])('is refused with %s', async (_what, make) => {
    const token = await make();
    await expect(verifyAccessToken(key, token, at(0))).rejects.toMatchObject({
      code: 'invalid_access_token',
    });
  });

  it('is refused when its payload was changed', async () => {
    const [head = '', , signature = ''] = (await signAccessToken(key, claims, at(0))).split('.');
    const changed = Buffer.from(JSON.stringify({ ...payload, role: 'owner' })).toString('base64url');
    await expect(verifyAccessToken(key, `${head}.${changed}.${signature}`, at(0))).rejects.toMatchObject({
      code: 'invalid_access_token',
    });
  });
});
