import { describe, expect, it } from '@jest/globals';
import { describeWeakPassword, refuseWeakPassword } from './password-policy.js';

describe('the password policy', () => {
  it.each([
    ['', 'is empty'],
    ['short', 'is too short'],
    ['seven77', 'is too short'],
    ['x'.repeat(257), 'is too long'],
    ['password', 'is a default'],
    ['Password123!', 'is a default'],
    ['ADMINISTRATOR', 'is a default'],
    ['changeme!', 'is a default'],
    ['tollgate2026', 'is a default'],
    ['12345678', 'is a default'],
    ['aaaaaaaaaa', 'is a default'],
  ])('refuses %j', (password, weakness) => {
    expect(describeWeakPassword(password)).toContain(weakness);
  });

  it.each(['correct horse', 'admin-gate-7', 'x7%kQ!2p', 'пароль-длинный'])('accepts %j', (password) => {
    expect(describeWeakPassword(password)).toBeUndefined();
  });

  it('names the setting and not the password', () => {
    expect(() => refuseWeakPassword('hunter2', 'TOLLGATE_ADMIN_PASSWORD')).toThrow(
      'TOLLGATE_ADMIN_PASSWORD is too short: use at least 8 characters.',
    );
  });
});
