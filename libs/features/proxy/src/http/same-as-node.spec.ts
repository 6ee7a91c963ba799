import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Exchange } from './exchange.js';
import { FrontServer } from './front-server.js';
import { NodeExchange } from './node-exchange.js';

/** Tells a client what the server understood. */
function tell(exchange: Exchange): void {
  let body = '';
  exchange.readBody({
    push: (piece) => (body += piece.toString('latin1')),
    end: () => {
      const headers = ['host', 'x', 'authorization', 'content-length'].map((name) => exchange.header(name));
      const answer = JSON.stringify({ method: exchange.method, url: exchange.url, headers, body });
      exchange.begin(200, ['content-length', String(Buffer.byteLength(answer))]);
      exchange.end(Buffer.from(answer));
    },
  });
}

const WAIT_MS = 50;

/** All that a server writes on one connection, whose client waits for an answer to each request, but not for ever. */
async function talk(server: Server, requests: readonly (readonly string[])[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  let closed = false;
  let arrived: () => void = () => undefined;
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    if (/(?:\}|400 Bad Request.*)$/s.test(text)) arrived();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
    arrived();
  });
  for (const pieces of requests) {
    const answer = new Promise<void>((resolve) => (arrived = resolve));
    for (const piece of pieces) {
      socket.write(piece, 'latin1');
      await new Promise((resolve) => setImmediate(resolve));
    }
    const timer = setTimeout(arrived, WAIT_MS);
    if (!closed) await answer;
    clearTimeout(timer);
  }
  socket.destroy();
  return text;
}

/** What was understood, and the statuses of all answers. */
function understood(text: string): unknown {
  return {
    statuses: [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    requests: [...text.matchAll(/\{"method".*?\}/g)].map(([json]) => json),
  };
}

const header = fc.constantFrom(
  ...[
    'x: 1',
    'X:  a b ',
    'x:',
    'x: \xe4',
    'authorization: Bearer k',
    'Connection: keep-alive',
    'te: trailers',
  ],
  ...[
    'x : 1',
    ' folded',
    'x',
    'x: a\0b',
    'x: a\rb',
    'content-length: 3',
    'content-length: +3',
    'expect: 100-continue',
  ],
  ...[
    'transfer-encoding: chunked',
    'Transfer-Encoding: gzip',
    'connection: x',
    'upgrade: x',
    'trailer: x',
    'host: b',
  ],
);
const line = fc.constantFrom(
  ...['POST /v1/x HTTP/1.1', 'POST /v1/x?y=%20 HTTP/1.1', 'POST /other HTTP/1.1', 'GET /v1/x HTTP/1.1'],
  ...[
    'POST /v1/x HTTP/1.0',
    'POST  /v1/x HTTP/1.1',
    'post /v1/x HTTP/1.1',
    'POST /v1/\xe4 HTTP/1.1',
    '\r\nPOST /v1/x HTTP/1.1',
  ],
);
const body = fc.constantFrom('', 'abc', '{"a":1}', '3\r\nabc\r\n0\r\n\r\n', 'x'.repeat(300));

const request = fc
  .record({
    line: fc.oneof({ weight: 3, arbitrary: fc.constant('POST /v1/x HTTP/1.1') }, line),
    headers: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(header, { maxLength: 3 })),
    body,
    end: fc.oneof({ weight: 9, arbitrary: fc.constant('\r\n') }, fc.constant('\n')),
  })
  .map(({ line, headers, body, end }) =>
    [line, 'host: a', `content-length: ${body.length}`, ...headers, '', body].join(end),
  );

/** A last one shows where the one before it was taken to end. */
const LAST = ['POST /v1/last HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}'];

function cut(text: string, at: readonly number[]): string[] {
  const places = [0, ...at.filter((place) => place < text.length).sort((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

describe('what the server understands', () => {
  let front: FrontServer;
  let node: Server;

  beforeAll(async () => {
    front = new FrontServer(
      {},
      { accepts: (url) => url.startsWith('/v1/'), handle: tell },
      (incoming, response) => tell(new NodeExchange(incoming, response)),
    );
    node = createServer((incoming, response) => tell(new NodeExchange(incoming, response)));
    for (const server of [front, node]) await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => {
    for (const server of [front, node]) server.close();
  });

  it("is what Node's server understands, however requests are written and cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(request, fc.array(fc.nat(300), { maxLength: 3 })), { minLength: 1, maxLength: 3 }),
        async (requests) => {
          const pieces = [...requests.map(([text, at]) => cut(text, at)), LAST];
          const [ours, theirs] = await Promise.all([talk(front, pieces), talk(node, pieces)]);
          expect(understood(ours)).toEqual(understood(theirs));
        },
      ),
      { numRuns: 200 },
    );
  });
});
