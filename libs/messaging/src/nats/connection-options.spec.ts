import { describe, expect, it } from '@jest/globals';
import { connectionOptions, hostsOf } from './connection-options.js';

describe('NATS connection options', () => {
  const optionsOf = (url: string) => connectionOptions({ url, name: 'proxy' });

  it('never gives up reconnecting', () => {
    expect(optionsOf('nats://a:4222')).toMatchObject({
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true,
    });
  });

  it('names every server of a list, without credentials', () => {
    expect(hostsOf('nats://user:secret@a:4222, nats://user:secret@b:4223')).toEqual(['a:4222', 'b:4223']);
  });

  it('gives user and password apart from the address, decoded', () => {
    expect(optionsOf('nats://me:p%40ss@a:4222')).toMatchObject({
      servers: ['a:4222'],
      user: 'me',
      pass: 'p@ss',
    });
  });

  it('takes a user without a password as a token', () => {
    const options = optionsOf('nats://t0ken@a:4222');
    expect(options).toMatchObject({ token: 't0ken' });
    expect(options).not.toHaveProperty('user');
  });

  it('asks for TLS when the address does', () => {
    expect(optionsOf('tls://a:4222')).toMatchObject({ tls: {} });
    expect(optionsOf('nats://a:4222')).not.toHaveProperty('tls');
  });
});
