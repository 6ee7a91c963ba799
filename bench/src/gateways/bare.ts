import { createRequire } from 'node:module';
import { freePort } from '@tollgate/testing/launcher';
import { ServerProcess } from '../process/server-process.ts';
import { type Gateway, type GatewayContext } from './gateway.ts';

/** What Node can do at best without a client of one's own: bare-proxy.ts. */
export async function startBareProxy({ vendorPort, nodeOptions }: GatewayContext): Promise<Gateway> {
  const port = await freePort();
  const server = new ServerProcess({
    name: 'the bare proxy',
    script: 'bench/src/gateways/bare-proxy.ts',
    args: [String(port), `http://127.0.0.1:${vendorPort}`],
    nodeOptions,
  });
  server.start();
  const { version } = createRequire(import.meta.url)('undici/package.json') as { version: string };
  return {
    name: 'bare',
    title: `bare Node proxy (node:http, undici ${version}), no work`,
    port,
    headers: ['Authorization: Bearer sk-any'],
    server,
    close: async () => undefined,
  };
}
