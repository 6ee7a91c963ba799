import { describe, expect, it } from '@jest/globals';
import { AddressList } from './address-list.js';
import { TrustedProxies } from './trusted-proxies.js';

describe('a list of addresses', () => {
  it.each([
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.7'], '192.0.2.8', false],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['0.0.0.0/0'], '203.0.113.1', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['2001:db8::/32'], '2001:db8:1::5', true],
    [['2001:db8::/32'], '2001:db9::5', false],
    [['2001:DB8:0:0::1'], '2001:db8::1', true],
    [['::1'], '0:0:0:0:0:0:0:1', true],
    [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
    [['::ffff:192.0.2.0/120'], '192.0.2.9', true],
    [['::ffff:192.0.2.9'], '192.0.2.9', true],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['10.0.0.0/8', 'fd00::/8'], 'fd12::1', true],
    [['0.0.0.0/0', '::/0'], 'localhost', false],
    [['0.0.0.0/0', '::/0'], '', false],
    [[], '192.0.2.7', false],
  ])('%j has %s: %j', (ranges, address, has) => {
    expect(new AddressList(ranges).has(address)).toBe(has);
  });
});

describe('the address of a client', () => {
  it.each([
    { what: 'is that of its connection', from: '192.0.2.1', is: '192.0.2.1' },
    { what: 'is the same on a socket of both families', from: '::ffff:192.0.2.1', is: '192.0.2.1' },
    { what: 'is never what a stranger writes', from: '192.0.2.1', forwarded: '10.0.0.1', is: '192.0.2.1' },
    { what: 'is what a trusted proxy adds', from: '10.0.0.1', forwarded: '192.0.2.1', is: '192.0.2.1' },
    {
      what: 'is the last, not what a client invents',
      ...{ from: '10.0.0.1', forwarded: '127.0.0.1, 192.0.2.1', is: '192.0.2.1' },
    },
    {
      what: 'lies before all trusted proxies',
      ...{ from: '10.0.0.1', forwarded: '192.0.2.1,10.9.9.9', is: '192.0.2.1' },
    },
    { what: 'is that of the proxy itself where that asks', from: '10.0.0.1', is: '10.0.0.1' },
    { what: 'is read without a port', from: '10.0.0.1', forwarded: '192.0.2.1:4711', is: '192.0.2.1' },
    {
      what: 'is read without brackets',
      from: '10.0.0.1',
      forwarded: '[2001:db8::1]:4711',
      is: '2001:db8::1',
    },
    { what: 'is not known from nonsense', from: '10.0.0.1', forwarded: 'unknown', is: undefined },
    { what: 'is not known once the connection is gone', from: undefined, is: undefined },
  ])('$what', ({ from, forwarded, is }) => {
    const trusted = from?.startsWith('10.') === true ? ['10.0.0.0/8'] : [];
    const header = (name: string) => (name === 'x-forwarded-for' ? forwarded : undefined);
    expect(new TrustedProxies(trusted).clientOf({ remoteAddress: from, header })).toBe(is);
  });
});
