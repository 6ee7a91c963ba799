import type { Server } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { proxyHttpAdapter } from './proxy.module.js';
import type { ProxyService } from './proxy-service.js';

describe("the proxy's HTTP server", () => {
  it('gives nobody for ever to send headers or a body, or to ask again', () => {
    const server: Server = proxyHttpAdapter({} as ProxyService).getInstance().server;
    const { headersTimeout, requestTimeout, keepAliveTimeout } = server;
    expect([headersTimeout, requestTimeout, keepAliveTimeout]).toEqual([30_000, 300_000, 75_000]);
  });
});
