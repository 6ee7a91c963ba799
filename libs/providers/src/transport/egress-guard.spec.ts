import { describe, expect, it } from '@jest/globals';
import { EgressGuard } from './egress-guard.js';

const strict = new EgressGuard({ allowPrivate: false });
const lenient = new EgressGuard({ allowPrivate: true });

describe('the egress guard', () => {
  it.each(['93.184.216.34', '2606:4700::1111'])('lets %s pass', (address) => {
    expect(strict.allows(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
  ])('lets %s pass only where private addresses are allowed', (address) => {
    expect(strict.allows(address)).toBe(false);
    expect(lenient.allows(address)).toBe(true);
  });

  it.each(['169.254.169.254', '0.0.0.0', '224.0.0.1', '255.255.255.255', 'fe80::1', '::', '64:ff9b::a00:1'])(
    'never lets %s pass',
    (address) => {
      expect(lenient.allows(address)).toBe(false);
    },
  );

  it('refuses a host written as a forbidden address', () => {
    expect(() => strict.checkHost('[::1]')).toThrow(
      expect.objectContaining({ code: 'upstream_unreachable' }),
    );
    expect(() => strict.checkHost('api.example.com')).not.toThrow();
  });

  it('checks what a name resolves to', async () => {
    const outcome = (guard: EgressGuard) =>
      new Promise<unknown>((resolve) => {
        guard.lookup('localhost', { all: true }, (error, addresses) => resolve(error ?? addresses));
      });
    expect(await outcome(strict)).toMatchObject({ code: 'upstream_unreachable' });
    expect(await outcome(lenient)).toContainEqual(expect.objectContaining({ address: '127.0.0.1' }));
  });
});
