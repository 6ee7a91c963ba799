import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import { answer, connectionsOf, echo, post, FrontGround } from '../../test-support/raw-client.js';
import type { Exchange } from './exchange.js';
import { NodeExchange } from './node-exchange.js';

describe("the proxy's HTTP server", () => {
  let ground: FrontGround;

  const kinds = () =>
    ground.exchanges.map((exchange) => (exchange instanceof NodeExchange ? 'node' : 'plain'));

  beforeEach(() => {
    ground = new FrontGround(echo);
  });
  afterEach(() => ground.stop());

  describe('a plain request', () => {
    it('is answered, and so is the next one on its connection', async () => {
      await ground.start();
      await ground.client.send(post('one'), post('two'));
      await eventually(() => ground.client.lines.length === 2, 'both answers');
      expect(ground.client.lines).toEqual(['one', 'two']);
      expect(kinds()).toEqual(['plain', 'plain']);
      expect(ground.exchanges[0]!.connection).toBe(ground.exchanges[1]!.connection);
    });

    it('may come in pieces behind its head', async () => {
      await ground.start();
      const [head, body] = post('abcdef').split('\r\n\r\n');
      await ground.client.send(`${head}\r\n\r\n`, body!.slice(0, 1), body!.slice(1, 5), body!.slice(5));
      await eventually(() => ground.client.lines.length === 1, 'the answer');
      expect(ground.client.lines).toEqual(['abcdef']);
      expect(kinds()).toEqual(['plain']);
    });

    it('waits for its turn when it comes early, in parts or whole', async () => {
      await ground.start();
      const waiting: Exchange[] = [];
      ground.handle = (exchange) => void waiting.push(exchange);
      const third = post('three');
      await ground.client.send(post('one') + post('two') + third.slice(0, 30), third.slice(30));
      for (const count of [1, 2, 3]) {
        await eventually(() => waiting.length === count, `request ${count}`);
        expect(ground.exchanges).toHaveLength(count);
        echo(waiting[count - 1]!);
      }
      await eventually(() => ground.client.lines.length === 3, 'all answers');
      expect(ground.client.lines).toEqual(['one', 'two', 'three']);
    });

    it('brings a body that nobody read yet to whoever reads it later', async () => {
      await ground.start();
      const body = 'b'.repeat(300_000);
      ground.handle = () => undefined;
      await ground.client.send(post(body));
      await eventually(() => ground.exchanges.length === 1, 'the request');
      echo(ground.exchanges[0]!);
      await eventually(() => ground.client.lines.length === 1, 'the answer');
      expect(ground.client.lines).toEqual([body]);
    });

    it('can be answered before its body has come, which is then passed over', async () => {
      await ground.start();
      ground.handle = (exchange) => answer(exchange, 'refused');
      const [head, body] = post('x'.repeat(100_000)).split('\r\n\r\n');
      await ground.client.send(`${head}\r\n\r\n`);
      await eventually(() => ground.client.lines.length === 1, 'the refusal');
      ground.handle = echo;
      await ground.client.send(body!, post('next'));
      await eventually(() => ground.client.lines.length === 2, 'the next answer');
      expect(ground.client.lines).toEqual(['refused', 'next']);
      expect(kinds()).toEqual(['plain', 'plain']);
    });

    it('closes its connection if it says so', async () => {
      await ground.start();
      await ground.client.send(post('last', 'Connection: close'));
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.client.lines).toEqual(['last']);
      expect(ground.client.text).toContain('connection: close');
    });
  });

  describe('an answer', () => {
    it('without a length comes in chunks', async () => {
      await ground.start();
      ground.handle = (exchange) => {
        exchange.begin(200, []);
        exchange.write(Buffer.from('<one>\n'));
        exchange.write(Buffer.alloc(0));
        exchange.write(Buffer.from('z'.repeat(20_000)));
        setTimeout(() => exchange.end(Buffer.from('\n<two>\n')), 5);
      };
      await ground.client.send(post(''));
      await eventually(() => ground.client.text.endsWith('0\r\n\r\n'), 'the end');
      const [, body] = ground.client.text.split(/\r\n\r\n/);
      expect(body).toBe(`6\r\n<one>\n\r\n4e20\r\n${'z'.repeat(20_000)}\r\n7\r\n\n<two>\n\r\n0`);
    });

    it.each([0, 1, 1_200, 12_288, 12_289, 100_000])('brings %i bytes as they are', async (length) => {
      await ground.start();
      const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 256));
      ground.handle = (exchange) => {
        exchange.begin(200, ['content-length', String(length)]);
        exchange.endWithTurn(bytes);
      };
      await ground.client.send(post('', 'connection: close'));
      await eventually(() => ground.client.closed, 'the end');
      const at = ground.client.text.indexOf('\r\n\r\n') + 4;
      expect(Buffer.from(ground.client.text.slice(at), 'latin1').equals(bytes)).toBe(true);
    });

    it('waits for a client that reads slowly', async () => {
      await ground.start();
      let drained = false;
      ground.handle = (exchange) => {
        exchange.begin(200, []);
        expect(exchange.write(Buffer.alloc(20_000_000))).toBe(false);
        exchange.onDrain(() => {
          drained = true;
          exchange.end();
        });
      };
      ground.client.socket.pause();
      await ground.client.send(post(''));
      await eventually(() => ground.exchanges.length === 1, 'the request');
      expect(drained).toBe(false);
      ground.client.socket.resume();
      await eventually(() => ground.client.text.endsWith('0\r\n\r\n'), 'the end');
      expect(drained).toBe(true);
    });

    it('that is not as long as it said cuts the connection', async () => {
      await ground.start();
      ground.handle = (exchange) => {
        exchange.begin(200, ['content-length', '10']);
        exchange.end(Buffer.from('short'));
      };
      await ground.client.send(post(''));
      await eventually(() => ground.client.closed, 'the cut');
      expect(ground.exchanges).toHaveLength(1);
    });

    it('that is cut is not taken for whole', async () => {
      await ground.start();
      ground.handle = (exchange) => {
        exchange.begin(200, []);
        exchange.write(Buffer.from('<begun>\n'));
        setTimeout(() => exchange.destroy(), 20);
      };
      await ground.client.send(post(''));
      await eventually(() => ground.client.closed, 'the cut');
      expect(ground.client.lines).toEqual(['begun']);
      expect(ground.client.text).not.toContain('0\r\n\r\n');
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
      await ground.start({ maxHeaderSize: 32_768 });
      await ground.client.send(...pieces);
      await eventually(() => ground.client.lines.length === 1, 'the answer');
      expect(ground.client.lines).toEqual([body]);
      expect(kinds()).toEqual(['node']);
      expect(ground.exchanges[0]!.gone).toBe(false);
    });

    it("makes its connection Node's for good, from where it is on", async () => {
      await ground.start();
      const odd = 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n';
      await ground.client.send(post('one') + odd + post('two'), post('three'));
      await eventually(() => ground.client.lines.length === 4, 'all answers');
      expect(ground.client.lines).toEqual(['one', 'framework', 'two', 'three']);
      expect(kinds()).toEqual(['plain', 'node', 'node']);
    });

    it('and is no request is refused by Node', async () => {
      await ground.start();
      await ground.client.send(
        'POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      );
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.client.text).toMatch(/^HTTP\/1\.1 400 /);
      expect(ground.exchanges).toHaveLength(0);
    });
  });

  describe('a client that leaves', () => {
    it.each([
      ['resets', (socket: Socket) => socket.resetAndDestroy()],
      ['ends', (socket: Socket) => socket.end()],
    ])('is noticed when it %s its connection', async (_how, leave) => {
      await ground.start();
      const told: boolean[] = [];
      ground.handle = (exchange) =>
        (exchange.listener = { exchangeClosed: (whole) => void told.push(whole) });
      await ground.client.send(post('x'));
      await eventually(() => ground.exchanges.length === 1, 'the request');
      leave(ground.client.socket);
      await eventually(() => told.length === 1, 'the client to be missed');
      expect(told).toEqual([false]);
      expect(ground.exchanges[0]!.gone).toBe(true);
      answer(ground.exchanges[0]!, 'to nobody');
      expect(told).toEqual([false]);
    });

    it('after its answer has not left', async () => {
      await ground.start();
      const told: boolean[] = [];
      ground.handle = (exchange) => {
        exchange.listener = { exchangeClosed: (whole) => void told.push(whole) };
        answer(exchange, 'whole');
      };
      await ground.client.send(post(''));
      ground.client.socket.destroy();
      await eventually(async () => (await connectionsOf(ground.server)) === 0, 'the connection to be closed');
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
      await ground.start(limits);
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.client.text).toBe('');
    });

    it('for the next request loses its connection', async () => {
      await ground.start({ ...limits, headersTimeout: 60_000, requestTimeout: 60_000 });
      await ground.client.send(post('one'));
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.client.lines).toEqual(['one']);
    });

    it('for the rest of a body is told so', async () => {
      await ground.start({ ...limits, headersTimeout: 50 });
      await ground.client.send(post('one').slice(0, -1));
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.client.text).toMatch(/^HTTP\/1\.1 408 /);
      expect(ground.exchanges[0]!.gone).toBe(true);
    });

    it('for nothing keeps its connection, however long its answer takes', async () => {
      await ground.start({ ...limits, headersTimeout: 50 });
      ground.handle = (exchange) => void setTimeout(() => answer(exchange, 'late'), 300);
      await ground.client.send(post('one'));
      await eventually(() => ground.client.lines.length === 1, 'the answer');
      expect(ground.client.lines).toEqual(['late']);
    });
  });

  describe('that closes', () => {
    it('closes what is idle at once and the rest with its answer', async () => {
      await ground.start();
      const idle = ground.connect();
      ground.handle = () => undefined;
      await ground.client.send(post('one'));
      await eventually(() => ground.exchanges.length === 1, 'the request');
      ground.server.close();
      await eventually(() => idle.closed, 'the idle connection to be closed');
      expect(ground.client.closed).toBe(false);
      echo(ground.exchanges[0]!);
      await once(ground.server, 'close');
      await eventually(() => ground.client.closed, 'the last connection to be closed');
      expect(ground.client.lines).toEqual(['one']);
      expect(ground.client.text).toContain('connection: close');
    });
  });
});
