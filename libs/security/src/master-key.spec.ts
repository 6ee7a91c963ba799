import { describe, expect, it } from '@jest/globals';
import { hkdfSync, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { generateMasterKey, parseMasterKey } from './master-key.js';

const BASE64 = '6Xh1nQ2mJ7bYw0c4kZ8rT5vLpS3dFgHqUoWiEaRtBzM=';

describe('the master key', () => {
  it('derives with HKDF-SHA-256 as RFC 5869 (test case 3, no salt) computes it', () => {
    const okm = Buffer.from(hkdfSync('sha256', Buffer.alloc(22, 0x0b), '', '', 42)).toString('hex');
    expect(okm).toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8');
  });

  it('derives a different key for each purpose, and the same again from the same master key', () => {
    const purposes = ['api-key-pepper', 'credential-seal', 'access-token'] as const;
    const derived = purposes.map((purpose) => parseMasterKey(BASE64).derive(purpose).toString('hex'));
    expect(new Set(derived).size).toBe(3);
    expect(purposes.map((purpose) => parseMasterKey(BASE64).derive(purpose).toString('hex'))).toEqual(
      derived,
    );
  });

  it('never changes what it derives: stored hashes and sealed secrets depend on it', () => {
    const key = parseMasterKey(BASE64);
    expect(key.id).toMatchInlineSnapshot(`"abe3ae3c586cd80b"`);
    expect(key.derive('api-key-pepper').toString('hex')).toMatchInlineSnapshot(
      `"4b39718e2e4eef0f1017ec82c104c5929b5fce2f1f1c3f0a7a22e299b772d422"`,
    );
  });

  it('reads what it generates, in standard and URL-safe base64', () => {
    expect(parseMasterKey(generateMasterKey()).id).toHaveLength(16);
    const bytes = randomBytes(32);
    expect(parseMasterKey(bytes.toString('base64url')).id).toBe(parseMasterKey(bytes.toString('base64')).id);
  });

  it.each([
    ['', 'is empty'],
    ['not base64!', 'is not base64'],
    [randomBytes(16).toString('base64'), 'decodes to 16'],
    [randomBytes(32).toString('hex'), 'decodes to 48'],
    [Buffer.alloc(32).toString('base64'), 'is not random'],
    [Buffer.alloc(32, 7).toString('base64'), 'is not random'],
    [Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64'), 'is not random'],
    [Buffer.from('change-me-this-is-a-default-key!').toString('base64'), 'is not random'],
  ])('refuses %j in one line that says why', (text, reason) => {
    let message = '';
    try {
      parseMasterKey(text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(reason);
    expect(message).not.toContain('\n');
    if (text !== '') expect(message).not.toContain(text);
  });

  it('shows its id and nothing else when it is logged', () => {
    const key = parseMasterKey(BASE64);
    key.derive('access-token');
    const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key);
    expect(shown).toContain(key.id);
    expect(shown).not.toMatch(/Buffer|Uint8Array/);
    expect(JSON.stringify(key)).toBe(JSON.stringify({ id: key.id }));
  });
});
