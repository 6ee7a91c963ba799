import { once } from 'node:events';
import type { ServerOptions } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import { answer, connectionsOf, echo, post, RawClient, startFront } from '../../test-support/raw-client.js';
import type { Exchange } from './exchange.js';
import type { FrontServer } from './front-server.js';
import { NodeExchange } from './node-exchange.js';

describe("the proxy's HTTP server", () => {
  let server: FrontServer;
  let client: RawClient;
  let exchanges: Exchange[];
  /** What becomes of a request: it is told its own body. */
  let handle: (exchange: Exchange) => void;

  async function start(options: ServerOptions = {}): Promise<void> {
    ({ server, client } = await startFront(options, (exchange) => {
      exchanges.push(exchange);
      handle(exchange);
    }));
  }

  const kinds = () => exchanges.map((exchange) => (exchange instanceof NodeExchange ? 'node' : 'plain'));

  beforeEach(() => {
    exchanges = [];
    handle = echo;
  });
  afterEach(async () => {
    client.socket.destroy();
    server.closeAllConnections();
    server.close();
    if (server.listening) await once(server, 'close');
  });

  describe('a plain request', () => {
    it('is answered, and so is the next one on its connection', async () => {
      await start();
      await client.send(post('one'), post('two'));
      await eventually(() => client.lines.length === 2, 'both answers');
      expect(client.lines).toEqual(['one', 'two']);
      expect(kinds()).toEqual(['plain', 'plain']);
      expect(exchanges[0]!.connection).toBe(exchanges[1]!.connection);
    });

    it('may come in pieces behind its head', async () => {
      await start();
      const [head, body] = post('abcdef').split('\r\n\r\n');
      await client.send(`${head}\r\n\r\n`, body!.slice(0, 1), body!.slice(1, 5), body!.slice(5));
      await eventually(() => client.lines.length === 1, 'the answer');
      expect(client.lines).toEqual(['abcdef']);
      expect(kinds()).toEqual(['plain']);
    });

    it('waits for its turn when it comes early, in parts or whole', async () => {
      await start();
      const waiting: Exchange[] = [];
      handle = (exchange) => void waiting.push(exchange);
      const third = post('three');
      await client.send(post('one') + post('two') + third.slice(0, 30), third.slice(30));
      for (const count of [1, 2, 3]) {
        await eventually(() => waiting.length === count, `request ${count}`);
        expect(exchanges).toHaveLength(count);
        echo(waiting[count - 1]!);
      }
      await eventually(() => client.lines.length === 3, 'all answers');
      expect(client.lines).toEqual(['one', 'two', 'three']);
    });

    it('brings a body that nobody read yet to whoever reads it later', async () => {
      await start();
      const body = 'b'.repeat(300_000);
      handle = () => undefined;
      await client.send(post(body));
      await eventually(() => exchanges.length === 1, 'the request');
      echo(exchanges[0]!);
      await eventually(() => client.lines.length === 1, 'the answer');
      expect(client.lines).toEqual([body]);
    });

    it('can be answered before its body has come, which is then passed over', async () => {
      await start();
      handle = (exchange) => answer(exchange, 'refused');
      const [head, body] = post('x'.repeat(100_000)).split('\r\n\r\n');
      await client.send(`${head}\r\n\r\n`);
      await eventually(() => client.lines.length === 1, 'the refusal');
      handle = echo;
      await client.send(body!, post('next'));
      await eventually(() => client.lines.length === 2, 'the next answer');
      expect(client.lines).toEqual(['refused', 'next']);
      expect(kinds()).toEqual(['plain', 'plain']);
    });

    it('closes its connection if it says so', async () => {
      await start();
      await client.send(post('last', 'Connection: close'));
      await eventually(() => client.closed, 'the end of the connection');
      expect(client.lines).toEqual(['last']);
      expect(client.text).toContain('connection: close');
    });
  });

  describe('an answer', () => {
    it('without a length comes in chunks', async () => {
      await start();
      handle = (exchange) => {
        exchange.begin(200, []);
        exchange.write(Buffer.from('<one>\n'));
        exchange.write(Buffer.alloc(0));
        exchange.write(Buffer.from('z'.repeat(20_000)));
        setTimeout(() => exchange.end(Buffer.from('\n<two>\n')), 5);
      };
      await client.send(post(''));
      await eventually(() => client.text.endsWith('0\r\n\r\n'), 'the end');
      const [, body] = client.text.split(/\r\n\r\n/);
      expect(body).toBe(`6\r\n<one>\n\r\n4e20\r\n${'z'.repeat(20_000)}\r\n7\r\n\n<two>\n\r\n0`);
    });

    it.each([0, 1, 1_200, 12_288, 12_289, 100_000])('brings %i bytes as they are', async (length) => {
      await start();
      const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 256));
      handle = (exchange) => {
        exchange.begin(200, ['content-length', String(length)]);
        exchange.endWithTurn(bytes);
      };
      await client.send(post('', 'connection: close'));
      await eventually(() => client.closed, 'the end');
      const at = client.text.indexOf('\r\n\r\n') + 4;
      expect(Buffer.from(client.text.slice(at), 'latin1').equals(bytes)).toBe(true);
    });

    it('waits for a client that reads slowly', async () => {
      await start();
      let drained = false;
      handle = (exchange) => {
        exchange.begin(200, []);
        expect(exchange.write(Buffer.alloc(20_000_000))).toBe(false);
        exchange.onDrain(() => {
          drained = true;
          exchange.end();
        });
      };
      client.socket.pause();
      await client.send(post(''));
      await eventually(() => exchanges.length === 1, 'the request');
      expect(drained).toBe(false);
      client.socket.resume();
      await eventually(() => client.text.endsWith('0\r\n\r\n'), 'the end');
      expect(drained).toBe(true);
    });

    it('that is not as long as it said cuts the connection', async () => {
      await start();
      handle = (exchange) => {
        exchange.begin(200, ['content-length', '10']);
        exchange.end(Buffer.from('short'));
      };
      await client.send(post(''));
      await eventually(() => client.closed, 'the cut');
      expect(exchanges).toHaveLength(1);
    });

    it('that is cut is not taken for whole', async () => {
      await start();
      handle = (exchange) => {
        exchange.begin(200, []);
        exchange.write(Buffer.from('<begun>\n'));
        setTimeout(() => exchange.destroy(), 20);
      };
      await client.send(post(''));
      await eventually(() => client.closed, 'the cut');
      expect(client.lines).toEqual(['begun']);
      expect(client.text).not.toContain('0\r\n\r\n');
    });
  });

  describe('a request that is not plain', () => {
    it.each<[string, string[], string]>([
      ['without a body', ['GET /v1/x HTTP/1.1\r\nhost: a\r\n\r\n'], ''],
      [
        'in chunks',
        [
          post('', 'transfer-encoding: chunked').replace('content-length: 0\r\n', ''),
          '3\r\nabc\r\n0\r\n\r\n',
        ],
        'abc',
      ],
      ['whose head comes in pieces', [post('abc').slice(0, 5), post('abc').slice(5)], 'abc'],
      ['with a header twice', [post('abc', 'x: 1', 'x: 2')], 'abc'],
      [
        'that expects to be told to go on',
        [post('', 'expect: 100-continue').replace('length: 0', 'length: 3'), 'abc'],
        'abc',
      ],
      ['of a large head', [post('abc', `x: ${'y'.repeat(14_000)}`, `z: ${'y'.repeat(3_000)}`)], 'abc'],
    ])("is Node's: %s", async (_what, pieces, body) => {
      await start({ maxHeaderSize: 32_768 });
      await client.send(...pieces);
      await eventually(() => client.lines.length === 1, 'the answer');
      expect(client.lines).toEqual([body]);
      expect(kinds()).toEqual(['node']);
      expect(exchanges[0]!.gone).toBe(false);
    });

    it("makes its connection Node's for good, from where it is on", async () => {
      await start();
      const odd = 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n';
      await client.send(post('one') + odd + post('two'), post('three'));
      await eventually(() => client.lines.length === 4, 'all answers');
      expect(client.lines).toEqual(['one', 'framework', 'two', 'three']);
      expect(kinds()).toEqual(['plain', 'node', 'node']);
    });

    it('and is no request is refused by Node', async () => {
      await start();
      await client.send('POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab');
      await eventually(() => client.closed, 'the end of the connection');
      expect(client.text).toMatch(/^HTTP\/1\.1 400 /);
      expect(exchanges).toHaveLength(0);
    });
  });

  describe('a client that leaves', () => {
    it.each([
      ['resets', (socket: Socket) => socket.resetAndDestroy()],
      ['ends', (socket: Socket) => socket.end()],
    ])('is noticed when it %s its connection', async (_how, leave) => {
      await start();
      const told: boolean[] = [];
      handle = (exchange) => (exchange.listener = { exchangeClosed: (whole) => void told.push(whole) });
      await client.send(post('x'));
      await eventually(() => exchanges.length === 1, 'the request');
      leave(client.socket);
      await eventually(() => told.length === 1, 'the client to be missed');
      expect(told).toEqual([false]);
      expect(exchanges[0]!.gone).toBe(true);
      answer(exchanges[0]!, 'to nobody');
      expect(told).toEqual([false]);
    });

    it('after its answer has not left', async () => {
      await start();
      const told: boolean[] = [];
      handle = (exchange) => {
        exchange.listener = { exchangeClosed: (whole) => void told.push(whole) };
        answer(exchange, 'whole');
      };
      await client.send(post(''));
      client.socket.destroy();
      await eventually(async () => (await connectionsOf(server)) === 0, 'the connection to be closed');
      expect(told).toEqual([true]);
    });
  });

  describe('a client that makes it wait', () => {
    const limits = {
      connectionsCheckingInterval: 20,
      headersTimeout: 60,
      requestTimeout: 60,
      keepAliveTimeout: 60,
    };

    it('for the first request loses its connection', async () => {
      await start(limits);
      await eventually(() => client.closed, 'the end of the connection');
      expect(client.text).toBe('');
    });

    it('for the next request loses its connection', async () => {
      await start({ ...limits, headersTimeout: 60_000, requestTimeout: 60_000 });
      await client.send(post('one'));
      await eventually(() => client.closed, 'the end of the connection');
      expect(client.lines).toEqual(['one']);
    });

    it('for the rest of a body is told so', async () => {
      await start({ ...limits, headersTimeout: 50 });
      await client.send(post('one').slice(0, -1));
      await eventually(() => client.closed, 'the end of the connection');
      expect(client.text).toMatch(/^HTTP\/1\.1 408 /);
      expect(exchanges[0]!.gone).toBe(true);
    });

    it('for nothing keeps its connection, however long its answer takes', async () => {
      await start({ ...limits, headersTimeout: 50 });
      handle = (exchange) => void setTimeout(() => answer(exchange, 'late'), 300);
      await client.send(post('one'));
      await eventually(() => client.lines.length === 1, 'the answer');
      expect(client.lines).toEqual(['late']);
    });
  });

  describe('that closes', () => {
    it('closes what is idle at once and the rest with its answer', async () => {
      await start();
      const idle = new RawClient((server.address() as AddressInfo).port);
      handle = () => undefined;
      await client.send(post('one'));
      await eventually(() => exchanges.length === 1, 'the request');
      server.close();
      await eventually(() => idle.closed, 'the idle connection to be closed');
      expect(client.closed).toBe(false);
      echo(exchanges[0]!);
      await once(server, 'close');
      await eventually(() => client.closed, 'the last connection to be closed');
      expect(client.lines).toEqual(['one']);
      expect(client.text).toContain('connection: close');
    });
  });
});
