import { describe, expect, it } from '@jest/globals';
import { generateMasterKey, parseMasterKey } from '@tollgate/security';
import { CredentialPins } from './credential-pins.js';

const before = parseMasterKey(generateMasterKey());
const keyring = { current: before, previous: [] };

describe('pins of credentials', () => {
  it('hold under a new master key for as long as the one before is configured', () => {
    const pin = CredentialPins.of('c1', ['a', 'b'], keyring).pin(1);
    const current = parseMasterKey(generateMasterKey());
    const positionUnder = (previous: (typeof current)[]) =>
      CredentialPins.of('c1', ['b', 'a'], { current, previous }).positionOf(pin);
    expect([positionUnder([before]), positionUnder([])]).toEqual([0, undefined]);
  });

  it('take the only credential for the one before it, but not for one of several', () => {
    const renewed = CredentialPins.of('c1', ['new'], keyring);
    expect(renewed.positionOf(CredentialPins.of('c1', ['old'], keyring).pin(0))).toBe(0);
    expect(renewed.positionOf(CredentialPins.of('c1', ['old', 'other'], keyring).pin(0))).toBeUndefined();
    const several = CredentialPins.of('c1', ['new', 'other'], keyring);
    expect(several.positionOf(CredentialPins.of('c1', ['old'], keyring).pin(0))).toBeUndefined();
  });

  it('without an id are positions, which wrap', () => {
    expect(CredentialPins.of('c1', ['a', 'b'], keyring).positionOf({ credential: 3 })).toBe(1);
    expect(CredentialPins.of('c1', [null], keyring).positionOf({ credential: 3 })).toBe(0);
  });
});
