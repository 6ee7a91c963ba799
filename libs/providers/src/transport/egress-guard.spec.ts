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

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    'fd00:ec2::254',
    '100.100.100.200',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    'fe80::1',
    'fec0::1',
    '::',
    '64:ff9b::a00:1',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '2001::1',
    '::ffff:0:a9fe:a9fe',
  ])('never lets %s pass', (address) => {
    expect(lenient.allows(address)).toBe(false);
  });

  it.each(['::127.0.0.1', '::ffff:0:127.0.0.1'])(
    'lets %s pass nowhere that forbids private ones',
    (address) => {
      expect(strict.allows(address)).toBe(false);
    },
  );

  it('refuses a host written as a forbidden address', () => {
    expect(() => strict.checkHost('[::1]')).toThrow(
      expect.objectContaining({ code: 'upstream_unreachable' }),
    );
    expect(() => strict.checkHost('api.example.com')).not.toThrow();
  });

  it.each([
    'http://2130706433',
    'http://0x7f.1',
    'http://017700000001',
    'http://[::ffff:7f00:1]',
    'http://127.1.',
  ])('refuses loopback written as %s', (url) => {
    expect(() => strict.checkHost(new URL(url).hostname)).toThrow(
      expect.objectContaining({ code: 'upstream_unreachable' }),
    );
  });

  it('refuses an address with a zone', () => {
    expect(strict.allows('fe80::1%lo')).toBe(false);
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
