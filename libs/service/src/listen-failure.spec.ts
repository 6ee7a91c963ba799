import { describe, expect, it } from '@jest/globals';
import { listenFailure } from './listen-failure.js';

describe('listenFailure', () => {
  it.each([
    ['EADDRINUSE', 'Port 80 is already in use: set TOLLGATE_PROXY_PORT to a free port'],
    ['EACCES', 'Port 80 may not be opened by this user: set TOLLGATE_PROXY_PORT to a port above 1023.'],
    ['EADDRNOTAVAIL', 'The address 10.0.0.1 is not one of this machine: set TOLLGATE_HOST'],
    ['EOTHER', 'Listening on 10.0.0.1:80 failed (EOTHER): check TOLLGATE_HOST and TOLLGATE_PROXY_PORT.'],
  ])('explains %s and names the setting', (code, message) => {
    const error = Object.assign(new Error('listen'), { code });
    const address = { host: '10.0.0.1', port: 80, portSetting: 'TOLLGATE_PROXY_PORT' };
    expect(listenFailure(error, address).message).toContain(message);
  });
});
