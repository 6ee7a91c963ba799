import { describe, expect, it } from '@jest/globals';
import { serverArguments, socketDirectory } from './server-arguments.js';

describe('the arguments of the server', () => {
  it('put the socket into the data directory where its path is short enough', () => {
    expect(socketDirectory('/var/lib/tollgate', 5432)).toBe('/var/lib/tollgate');
    expect(socketDirectory(`/${'x'.repeat(88)}`, 5432)).toBe(`/${'x'.repeat(88)}`);
    expect(socketDirectory(`/${'x'.repeat(89)}`, 54320)).toBe('');
  });

  it.each(['/a,b', '/a b', '/a"b'])('have no socket in %j, which would be read as a list', (directory) => {
    expect(socketDirectory(directory, 5432)).toBe('');
  });

  it('let given settings win', () => {
    const given = serverArguments({
      dataDirectory: '/d',
      host: '127.0.0.1',
      port: 1,
      parameters: { shared_buffers: '1MB' },
    });
    expect(given).toContain('shared_buffers=1MB');
    expect(given).not.toContain('shared_buffers=64MB');
  });
});
