import type { Server } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { proxyHttpAdapter } from './proxy.module.js';
import type { ProxyService } from './proxy-service.js';

describe("the proxy's HTTP server", () => {
  it('gives nobody for ever to send headers or a body', () => {
    const server: Server = proxyHttpAdapter({} as ProxyService).getInstance().server;
    expect(server.headersTimeout).toBeGreaterThan(0);
    expect(server.requestTimeout).toBeGreaterThan(server.headersTimeout);
  });
});
