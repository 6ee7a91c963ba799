import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { endWithTurn } from './answers-of-a-turn.js';

describe('answers that end with the turn', () => {
  it.each([0, 1_200, 12_288, 12_289, 100_000])('bring each byte as it is: %i of them', async (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 256));
    const server = createServer((_request, response) => {
      response.writeHead(200, ['content-length', String(length)]);
      endWithTurn(response, bytes);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const [answer] = (await once(request({ port, host: '127.0.0.1' }).end(), 'response')) as [
      IncomingMessage,
    ];
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece as Buffer);
    server.closeAllConnections();
    server.close();
    expect(Buffer.concat(pieces)).toEqual(bytes);
  });
});
