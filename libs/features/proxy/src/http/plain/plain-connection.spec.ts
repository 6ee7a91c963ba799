import type { ServerOptions } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import {
  answer,
  connectionsOf,
  echo,
  post,
  type RawClient,
  startFront,
} from '../../../test-support/raw-client.js';
import type { Exchange } from '../exchange.js';
import type { FrontServer } from '../front-server.js';

/** More than the kernel takes for a client that does not read. */
const LARGE = 10_000_000;

describe('a plain connection', () => {
  let server: FrontServer;
  let client: RawClient;
  let exchanges: Exchange[];
  let handle: (exchange: Exchange) => void;

  async function start(options: ServerOptions = {}): Promise<void> {
    ({ server, client } = await startFront(options, (exchange) => {
      exchanges.push(exchange);
      handle(exchange);
    }));
  }

  beforeEach(() => {
    exchanges = [];
    handle = () => undefined;
  });
  afterEach(() => {
    client.socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  describe('whose client sends ahead', () => {
    it('answers in order, however much comes', async () => {
      await start();
      const bodies = ['first', ...Array.from({ length: 8 }, (_, index) => String(index).repeat(10_000))];
      await client.send(...bodies.map((body) => post(body)));
      for (const count of bodies.keys()) {
        await eventually(() => exchanges.length === count + 1, `request ${count}`);
        echo(exchanges[count]!);
      }
      await eventually(() => client.lines.length === bodies.length, 'all answers');
      expect(client.lines).toEqual(bodies);
    });

    it('is not idle between two of them', async () => {
      await start();
      handle = (exchange) => {
        echo(exchange);
        server.close();
      };
      await client.send(post('1') + post('2'));
      await eventually(() => client.closed, 'the end of the connection');
      expect(client.lines).toEqual(['1', '2']);
    });

    it('begins one in each turn of the event loop', async () => {
      await start();
      let turn = 0;
      const turns: number[] = [];
      handle = (exchange) => {
        turns.push(turn);
        setImmediate(() => (turn += 1));
        answer(exchange, 'at once');
      };
      await client.send(post('1') + post('2') + post('3'));
      await eventually(() => client.lines.length === 3, 'all answers');
      expect(turns).toEqual([0, 1, 2]);
    });
  });

  describe('whose answer is given before its body was asked for', () => {
    it('passes over a body of which it had read no more', async () => {
      await start();
      await client.send(post('b'.repeat(1_000_000)), post('next'));
      await eventually(() => exchanges.length === 1, 'the request');
      handle = echo;
      answer(exchanges[0]!, 'early');
      await eventually(() => client.lines.length === 2, 'both answers');
      expect(client.lines).toEqual(['early', 'next']);
    });

    it('may be given with a piece of it, be it the last one', async () => {
      await start();
      handle = (exchange) => {
        exchange.readBody({ push: (piece) => answer(exchange, piece.toString()), end: () => undefined });
      };
      const [head, body] = post('abc').split('\r\n\r\n');
      await client.send(`${head}\r\n\r\n`, body!, post('next'));
      await eventually(() => client.lines.length === 2, 'both answers');
      expect(client.lines).toEqual(['abc', 'next']);
    });
  });

  describe('whose client does not read', () => {
    it('begins no further request before it does', async () => {
      await start();
      handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      client.socket.pause();
      await client.send(post('1') + post('2'), post('3'));
      expect(exchanges.length).toBe(1);
      client.socket.resume();
      await eventually(() => client.lines.length === 3, 'all answers');
    });

    it('is not taken for idle, by the clock or by a server that closes', async () => {
      await start({ connectionsCheckingInterval: 20, keepAliveTimeout: 40 });
      handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      client.socket.pause();
      await client.send(post(''));
      await new Promise((resolve) => setTimeout(resolve, 200));
      server.close();
      client.socket.resume();
      await eventually(() => client.closed, 'the end of the connection');
      expect(client.lines.map((line) => line.length)).toEqual([LARGE]);
      await eventually(() => !server.listening, 'the server to be closed');
    });

    it('is closed behind its answer when it ends its half', async () => {
      await start();
      handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      client.socket.pause();
      await client.send(post(''));
      client.socket.end();
      client.socket.resume();
      await eventually(() => client.closed, 'the end of the connection');
      expect(client.lines.map((line) => line.length)).toEqual([LARGE]);
    });
  });

  describe('that is being closed', () => {
    it('takes no request behind the last one', async () => {
      await start();
      handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      client.socket.pause();
      await client.send(post('', 'connection: close'), post(''));
      client.socket.resume();
      await eventually(() => client.closed, 'the end of the connection');
      expect(exchanges.length).toBe(1);
      expect(client.lines).toHaveLength(1);
    });

    it('takes no request that came before it was cut', async () => {
      await start();
      handle = (exchange) => {
        answer(exchange, 'cut');
        exchange.destroy();
      };
      await client.send(post('1') + post('2'));
      await eventually(() => client.closed, 'the cut');
      expect(exchanges.length).toBe(1);
    });

    it('is cut when its client neither reads its answer nor sends the rest of its body', async () => {
      await start({ connectionsCheckingInterval: 20, headersTimeout: 50, requestTimeout: 60 });
      handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      client.socket.pause();
      await client.send(post('abc').slice(0, -1));
      await eventually(async () => (await connectionsOf(server)) === 0, 'the cut');
      expect(exchanges.length).toBe(1);
    });

    it.each<[string, (exchange: Exchange) => void]>([
      [
        'behind a cut',
        (exchange) => {
          exchange.destroy();
          answer(exchange, 'to nobody');
        },
      ],
      [
        'that is not as long as it said',
        (exchange) => {
          exchange.begin(200, ['content-length', '10']);
          exchange.end(Buffer.from('short'));
        },
      ],
    ])('tells nobody that an answer was whole %s', async (_which, give) => {
      await start();
      const told: boolean[] = [];
      handle = (exchange) => {
        exchange.listener = { exchangeClosed: (whole) => void told.push(whole) };
        give(exchange);
      };
      await client.send(post(''));
      await eventually(() => client.closed, 'the cut');
      expect(told).toEqual([false]);
    });
  });
});
