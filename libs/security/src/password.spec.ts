import { describe, expect, it } from '@jest/globals';
import { hashPassword, isPasswordHashOutdated, verifyPassword } from './password.js';

describe('a password', () => {
  it('is verified against its hash and no other', async () => {
    const encoded = await hashPassword('correct horse');
    expect(encoded).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(encoded).not.toContain('horse');
    expect(await verifyPassword('correct horse', encoded)).toBe(true);
    expect(await verifyPassword('correct horsf', encoded)).toBe(false);
    expect(await verifyPassword('', encoded)).toBe(false);
  });

  it('has another hash each time', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
  });

  it('matches in whichever Unicode normal form it was typed', async () => {
    expect(await verifyPassword('caf\u0065\u0301', await hashPassword('caf\u00e9'))).toBe(true);
  });

  it('is false for a user that does not exist, after the same work', async () => {
    expect(await verifyPassword('whatever', undefined)).toBe(false);
  });

  it('verifies a hash that the reference implementation of argon2 made, and knows that it is outdated', async () => {
    // The vector of test.c of github.com/P-H-C/phc-winner-argon2: argon2id, t=2, m=2^16 KiB, p=1, salt "somesalt".
    const reference =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword('password', reference)).toBe(true);
    expect(isPasswordHashOutdated(reference)).toBe(true);
    expect(isPasswordHashOutdated(await hashPassword('new'))).toBe(false);
  });

  it.each([
    '',
    'plain',
    '$2b$10$abcdefghijklmnopqrstuv',
    '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=4,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ])('refuses the damaged stored hash %j', async (encoded) => {
    await expect(verifyPassword('x', encoded)).rejects.toMatchObject({ code: 'internal_error' });
  });
});
