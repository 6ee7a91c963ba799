import { GatewayError } from '@tollgate/contracts';

export const PASSWORD_LENGTH_MIN = 8;
/** Hashing takes time in the length of the password: a long one must not be a weapon. */
export const PASSWORD_LENGTH_MAX = 256;

/** What installations are broken into with; compared without case and without digits and signs at the end. */
const DEFAULTS: ReadonlySet<string> = new Set([
  'admin',
  'administrator',
  'changeme',
  'change-me',
  'default',
  'letmein',
  'pass',
  'passw0rd',
  'password',
  'qwerty',
  'qwertyuiop',
  'secret',
  'tollgate',
  'welcome',
  '',
]);

/** What is wrong with a password that someone wants to set; `undefined` when it is good enough. */
export function describeWeakPassword(password: string): string | undefined {
  if (password === '') return 'is empty';
  if (password.length < PASSWORD_LENGTH_MIN) {
    return `is too short: use at least ${PASSWORD_LENGTH_MIN} characters`;
  }
  if (password.length > PASSWORD_LENGTH_MAX) {
    return `is too long: use at most ${PASSWORD_LENGTH_MAX} characters`;
  }
  if (isDefault(password)) return 'is a default that attackers try first: choose another';
  return undefined;
}

/** @throws GatewayError `validation_failed`; `name` is the field or setting that held the password */
export function refuseWeakPassword(password: string, name: string): void {
  const weakness = describeWeakPassword(password);
  if (weakness !== undefined) {
    throw new GatewayError('validation_failed', `${name} ${weakness}.`, { field: name });
  }
}

function isDefault(password: string): boolean {
  const lower = password.toLowerCase();
  if (DEFAULTS.has(lower.replace(/[^\p{L}]+$/u, ''))) return true;
  return new Set(lower).size === 1;
}
