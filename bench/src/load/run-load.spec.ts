import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AnsweringServer } from '../../test-support/answering-server.js';
import { runLoad } from './run-load.js';

const request = Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
const right = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('the load', () => {
  const server = new AnsweringServer();

  afterEach(() => server.close());

  const plan = { request, requests: 50, connections: 4, expected: { bodyBytes: 2, streamEnd: undefined } };

  it('asks exactly as often as it is told, on as many connections, and times each answer', async () => {
    const port = await server.serve((socket) => socket.write(right));
    const latencies = await runLoad({ ...plan, port });
    expect(latencies).toHaveLength(50);
    expect(latencies.every((latency) => latency > 0)).toBe(true);
    expect(server).toMatchObject({ connections: 4, answered: 50 });
  });

  it('can ask something else each time', async () => {
    const asked: string[] = [];
    const port = await server.serve((socket) => socket.write(right));
    server.server?.on('connection', (socket: Socket) =>
      socket.on('data', (bytes) => asked.push(bytes.toString('latin1', 4, 5))),
    );
    let turn = 0;
    const vary = (bytes: Buffer): void => void bytes.write(String(turn++), 4);
    await runLoad({ ...plan, port, requests: 10, vary });
    expect(asked.sort().join('')).toBe('0123456789');
  });

  it.each([
    ['a wrong status', 'HTTP/1.1 502 Bad\r\ncontent-length: 2\r\n\r\nok', 'status 502'],
    ['a wrong length', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nooo', '3 bytes instead of 2'],
    ['garbage', 'HTTP/1.1 200 OK\r\n\r\nok', 'neither content-length nor chunked'],
  ])('fails at %s, even if it is the only one', async (_name, wrong, message) => {
    const port = await server.serve((socket, count) => socket.write(count === 20 ? wrong : right));
    await expect(runLoad({ ...plan, port })).rejects.toThrow(message);
  });

  it('fails when a connection breaks off', async () => {
    const port = await server.serve((socket, count) => {
      if (count === 20) socket.end(right.slice(0, 10));
      else socket.write(right);
    });
    await expect(runLoad({ ...plan, port })).rejects.toThrow('closed before the answer');
  });

  it('fails when nobody listens', async () => {
    const port = await server.serve((socket) => socket.end());
    server.close();
    await once(server.server!, 'close');
    await expect(runLoad({ ...plan, port })).rejects.toThrow('ECONNREFUSED');
  });
});
