import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { GatewayError, newId, type RequestId } from '@tollgate/contracts';
import { openaiChat } from '@tollgate/dialects';
import { eventually } from '@tollgate/testing';
import { connectionsOf } from '../../test-support/raw-client.js';
import { ClientRequest } from './client-request.js';
import type { Exchange } from './exchange.js';
import { FrontServer } from './front-server.js';

describe('a client request', () => {
  let server: Server;
  let socket: Socket;
  let clients: ClientRequest[];

  beforeEach(async () => {
    clients = [];
    const handle = (exchange: Exchange): void => {
      clients.push(new ClientRequest(newId<RequestId>(), openaiChat, exchange));
    };
    server = new FrontServer({}, { accepts: () => true, handle }, () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  });
  afterEach(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('notices that the client went away while an earlier answer is still being written', async () => {
    // Not plain: Node's server hands each to its listener as it comes.
    const request = 'POST / HTTP/1.1\r\nhost: x\r\ntrailer: x\r\ncontent-length: 0\r\n\r\n';
    socket.write(request + request);
    await eventually(() => clients.length === 2, 'both requests');
    let left = 0;
    for (const client of clients) client.closeListener = { clientClosed: () => (left += 1) };
    socket.destroy();
    await eventually(() => left === 2, 'both to be closed');
    expect(clients.map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('lets a client that is still sending its body see why it was refused', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const upload = httpRequest({ port, host: '127.0.0.1', method: 'POST' }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      upload.on('error', reject);
      upload.end(Buffer.alloc(30_000_000));
      void eventually(() => clients.length === 1, 'the request').then(() => {
        clients[0]!.refuse(new GatewayError('invalid_api_key', 'The API key is not valid.'));
      });
    });
    expect(status).toBe(401);
  });

  it('cuts a client that was refused and does not stop sending', async () => {
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n{');
    await eventually(() => clients.length === 1, 'the request');
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    clients[0]!.refuse(new GatewayError('invalid_api_key', 'The API key is not valid.'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
    jest.advanceTimersByTime(5_000);
    jest.useRealTimers();
    await once(socket, 'close');
  });

  it('shows the key that came with it, whatever its connection showed before', async () => {
    const shown: (string | undefined)[] = [];
    const headers = [
      'authorization: Bearer sk-one',
      'authorization: Bearer sk-one',
      'authorization: Bearer sk-two',
      'authorization: Basic sk-two',
      'x-api-key: sk-three',
      'authorization: Bearer sk-one',
    ];
    for (const header of headers) {
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${header}\r\ncontent-length: 2\r\n\r\n{}`);
      await eventually(() => clients.length > shown.length, 'the request');
      const client = clients.at(-1)!;
      shown.push(client.secret());
      await client.readBody(10);
      client.begin(200, 'text/plain', ['content-length', '4']);
      client.end('done');
      await once(socket, 'data');
    }
    expect(shown).toEqual(['sk-one', 'sk-one', 'sk-two', undefined, 'sk-three', 'sk-one']);
  });

  it('does not take a client that waits for the next answer for one that went away', async () => {
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    await eventually(() => clients.length === 1, 'the request');
    const [client] = clients;
    await client!.readBody(10);
    client!.begin(200, 'text/plain');
    client!.end('done');
    await once(socket, 'data');
    socket.destroy();
    await eventually(async () => (await connectionsOf(server)) === 0, 'the connection to be closed');
    expect(client!.closed).toBe(false);
  });
});
