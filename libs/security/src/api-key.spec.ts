import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import {
  describeApiKeySecret,
  hashApiKey,
  HmacSha256,
  isWellFormedApiKeySecret,
  newApiKeySecret,
} from './api-key.js';
import { generateMasterKey, parseMasterKey } from './master-key.js';

describe('HmacSha256', () => {
  it.each([
    ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe').toString('hex'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
  ])('computes the vectors of RFC 4231', (key, message, expected) => {
    expect(new HmacSha256(Buffer.from(key, 'hex')).digest(message)).toBe(expected);
  });

  it('agrees with createHmac for every key and text, one after the other', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { minLength: 1, maxLength: 5 }),
        (key, messages) => {
          const hmac = new HmacSha256(Buffer.from(key));
          for (const message of messages) {
            expect(hmac.digest(message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
          }
        },
      ),
    );
  });

  it('refuses a key longer than a block, which HMAC would have to hash first', () => {
    expect(() => new HmacSha256(Buffer.alloc(65))).toThrow(RangeError);
  });
});

describe('the hash of an API key', () => {
  it('is the HMAC under the pepper derived from the master key', () => {
    const key = parseMasterKey(generateMasterKey());
    const expected = createHmac('sha256', key.derive('api-key-pepper')).update('sk-tg-x').digest('hex');
    expect(hashApiKey(key, 'sk-tg-x')).toBe(expected);
    expect(hashApiKey(key, 'sk-tg-x')).toBe(expected);
  });

  it('differs under another master key', () => {
    const [one, other] = [parseMasterKey(generateMasterKey()), parseMasterKey(generateMasterKey())];
    expect(hashApiKey(one, 'sk-tg-x')).not.toBe(hashApiKey(other, 'sk-tg-x'));
  });
});

describe('a new API key', () => {
  it('begins with sk-tg-, carries 32 random characters and a checksum of 6', () => {
    expect(newApiKeySecret()).toMatch(/^sk-tg-[0-9A-Za-z]{38}$/);
  });

  it('uses every character of the alphabet and never repeats', () => {
    const secrets = Array.from({ length: 500 }, () => newApiKeySecret());
    expect(new Set(secrets).size).toBe(500);
    expect(new Set(secrets.join('').replaceAll('sk-tg-', '')).size).toBe(62);
  });

  it('is well formed until one character is changed', () => {
    const secret = newApiKeySecret();
    expect(isWellFormedApiKeySecret(secret)).toBe(true);
    for (let index = 0; index < secret.length; index += 1) {
      const other = secret[index] === 'x' ? 'y' : 'x';
      const changed = secret.slice(0, index) + other + secret.slice(index + 1);
      expect(isWellFormedApiKeySecret(changed)).toBe(false);
    }
  });

  it.each(['', 'sk-tg-', 'sk-tg-0123456789abcdef0123456789abcdef', 'sk-proj-abc'])(
    'is not mistaken for %j by a leak scanner',
    (text) => {
      expect(isWellFormedApiKeySecret(text)).toBe(false);
    },
  );

  it('is described by its beginning and its last four characters, never by more', () => {
    expect(describeApiKeySecret('sk-tg-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789xy')).toEqual({
      prefix: 'sk-tg-ABCD',
      lastFour: '89xy',
    });
    expect(describeApiKeySecret('abcdefghijklmnopqrst')).toEqual({ prefix: 'abcde', lastFour: 'qrst' });
  });
});
