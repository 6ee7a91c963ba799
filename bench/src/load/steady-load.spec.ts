import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AnsweringServer } from '../../test-support/answering-server.js';
import { runSteadyLoad } from './steady-load.js';

const request = Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
const right = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const refusal = 'HTTP/1.1 503 Any\r\nretry-after: 1\r\ncontent-length: 2\r\n\r\nno';

describe('a steady load', () => {
  const server = new AnsweringServer();
  const plan = { request, connections: 2, expected: { bodyBytes: 2, streamEnd: undefined } };

  afterEach(() => server.close());

  it('asks as often as it is told, no faster than it is told', async () => {
    const port = await server.serve((socket) => socket.write(right));
    const startedAt = performance.now();
    const latencies = await runSteadyLoad({ ...plan, port, requests: 20, rate: 200 });
    expect(latencies.every((latency) => latency > 0)).toBe(true);
    // The last one is due 95 ms after the first.
    expect(server.answered).toBe(20);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
  });

  it('times what waits for a connection from when it was due', async () => {
    const held: Socket[] = [];
    const port = await server.serve((socket, count) => {
      held.push(socket);
      // Both connections are taken until four requests more are due.
      if (count === 2) setTimeout(() => held.splice(0).forEach((one) => one.write(right)), 200);
      if (count > 2) socket.write(right);
    });
    const latencies = await runSteadyLoad({ ...plan, port, requests: 6, rate: 1_000 });
    expect([...latencies].filter((latency) => latency > 40_000)).toHaveLength(6);
  });

  it.each([
    ['a wrong answer', 'HTTP/1.1 502 Bad\r\ncontent-length: 2\r\n\r\nok', 'status 502'],
    ['a refusal', refusal, 'a request was refused'],
  ])('fails at %s, even if it is the only one', async (_what, wrong, message) => {
    const port = await server.serve((socket, count) => socket.write(count === 5 ? wrong : right));
    await expect(runSteadyLoad({ ...plan, port, requests: 10, rate: 1_000 })).rejects.toThrow(message);
  });
});
