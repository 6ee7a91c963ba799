import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MESSAGE_BYTES_MAX } from '../event-log.js';
import { connectNats } from './link.js';

describe('a connection to NATS', () => {
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server?.close();
  });

  /** Says how large a message may be, as a server does, and answers pings. */
  async function serverTaking(maxPayload: number): Promise<string> {
    server = createServer((socket) => {
      sockets.add(socket);
      const info = { server_id: 'S', version: '2.12.0', proto: 1, headers: true, max_payload: maxPayload };
      socket.write(`INFO ${JSON.stringify(info)}\r\n`);
      socket.on('data', (bytes) => {
        if (bytes.includes('PING')) socket.write('PONG\r\n');
      });
      socket.on('error', () => undefined);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is refused where the server takes no message as large as a batch of usage may be', async () => {
    const host = await serverTaking(65_536);
    await expect(connectNats({ url: `nats://${host}`, name: 'proxy', logger })).rejects.toMatchObject({
      code: 'service_unavailable',
      message: `NATS at ${host} takes messages of 65536 bytes at most; set its max_payload to 1048576 (the default) or more.`,
    });
  });

  it('is made where it takes just that', async () => {
    const host = await serverTaking(MESSAGE_BYTES_MAX);
    const link = await connectNats({ url: `nats://${host}`, name: 'proxy', logger });
    expect(link.connected).toBe(true);
    await link.close();
  });
});
