import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { generateMasterKey, parseMasterKey } from './master-key.js';
import {
  credentialAssociation,
  credentialId,
  credentialsFingerprint,
  isSealedByCurrentKey,
  openSecret,
  sealSecret,
} from './sealed-secret.js';

const SECRET = 'sk-vendor-very-secret';
const key = parseMasterKey(generateMasterKey());

function failureOf(act: () => unknown): GatewayError {
  try {
    act();
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error('Nothing was refused.');
}

describe('a sealed secret', () => {
  it('opens with the same key and the same association', () => {
    expect(openSecret(key, sealSecret(key, SECRET, 'a'), 'a')).toBe(SECRET);
    expect(openSecret(key, sealSecret(key, 'πß🔑', 'a'), 'a')).toBe('πß🔑');
    expect(openSecret(key, sealSecret(key, '', 'a'), 'a')).toBe('');
  });

  it('looks different every time and hides the secret', () => {
    const [one, two] = [sealSecret(key, SECRET, 'a'), sealSecret(key, SECRET, 'a')];
    expect(one.box).not.toBe(two.box);
    expect(Buffer.from(one.box, 'base64').toString('latin1')).not.toContain('vendor');
  });

  it('does not open for another association, nor when one bit was changed or bytes are missing', () => {
    const sealed = sealSecret(key, SECRET, 'a');
    const bytes = Buffer.from(sealed.box, 'base64');
    const damaged = [...bytes.keys()].map((index) => {
      const copy = Buffer.from(bytes);
      copy[index] = (copy[index] ?? 0) ^ 1;
      return { keyId: sealed.keyId, box: copy.toString('base64') };
    });
    const short = [0, 10, 27].map((length) => ({
      ...sealed,
      box: bytes.subarray(0, length).toString('base64'),
    }));
    const failures = [
      failureOf(() => openSecret(key, sealed, 'b')),
      ...[...damaged, ...short].map((other) => failureOf(() => openSecret(key, other, 'a'))),
    ];
    for (const failure of failures) {
      expect(failure.code).toBe('internal_error');
      expect(failure.exposure).toBe('internal');
      expect(failure.message).not.toContain('vendor');
    }
  });

  it('names the missing master key when another one sealed it', () => {
    const other = parseMasterKey(generateMasterKey());
    const failure = failureOf(() => openSecret(other, sealSecret(key, SECRET, 'a'), 'a'));
    expect(failure.message).toContain(key.id);
    expect(failure.message).toContain('not configured');
  });

  it('still opens after rotation, and is sealed by the new key from then on', () => {
    const rotated = { current: parseMasterKey(generateMasterKey()), previous: [key] };
    const old = sealSecret(key, SECRET, 'a');
    expect(openSecret(rotated, old, 'a')).toBe(SECRET);
    expect(isSealedByCurrentKey(rotated, old)).toBe(false);
    const renewed = sealSecret(rotated, SECRET, 'a');
    expect(isSealedByCurrentKey(rotated, renewed)).toBe(true);
    expect(openSecret(rotated.current, renewed, 'a')).toBe(SECRET);
  });
});

describe('the association of a credential', () => {
  it('is the channel and the host, not the path', () => {
    const association = credentialAssociation('c1', 'https://api.openai.com/v1');
    expect(credentialAssociation('c1', 'https://API.openai.com:443/v2/')).toBe(association);
    expect(credentialAssociation('c1', 'https://evil.example/v1')).not.toBe(association);
    expect(credentialAssociation('c1', 'http://api.openai.com/v1')).not.toBe(association);
    expect(credentialAssociation('c1', 'https://api.openai.com:8443/v1')).not.toBe(association);
    expect(credentialAssociation('c2', 'https://api.openai.com/v1')).not.toBe(association);
  });

  it('refuses a base URL that is none', () => {
    expect(failureOf(() => credentialAssociation('c1', 'api.openai.com')).code).toBe('validation_failed');
  });
});

describe('the id of a credential', () => {
  it('is the same each time, and another for another secret, channel or master key', () => {
    const other = parseMasterKey(generateMasterKey());
    const id = credentialId(key, 'c1', SECRET);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(credentialId(key, 'c1', SECRET)).toBe(id);
    expect(credentialId(key, 'c1', `${SECRET}x`)).not.toBe(id);
    expect(credentialId(key, 'c2', SECRET)).not.toBe(id);
    expect(credentialId(other, 'c1', SECRET)).not.toBe(id);
  });
});

describe('the fingerprint of credentials', () => {
  it('is another for other credentials, and for the same in another order', () => {
    const [one, two] = [sealSecret(key, SECRET, 'a'), sealSecret(key, SECRET, 'a')];
    const fingerprint = credentialsFingerprint([one, two]);
    expect(credentialsFingerprint([{ box: one.box, keyId: one.keyId }, two])).toBe(fingerprint);
    for (const others of [[two, one], [one], [one, two, two], []])
      expect(credentialsFingerprint(others)).not.toBe(fingerprint);
  });
});
