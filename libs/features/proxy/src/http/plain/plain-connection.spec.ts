import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import { answer, connectionsOf, echo, post, FrontGround } from '../../../test-support/raw-client.js';
import type { Exchange } from '../exchange.js';

/** More than the kernel takes for a client that does not read. */
const LARGE = 10_000_000;

describe('a plain connection', () => {
  let ground: FrontGround;

  beforeEach(() => {
    ground = new FrontGround(() => undefined);
  });
  afterEach(() => ground.stop());

  describe('whose client sends ahead', () => {
    it('answers in order, however much comes', async () => {
      await ground.start();
      const bodies = ['first', ...Array.from({ length: 8 }, (_, index) => String(index).repeat(10_000))];
      await ground.client.send(...bodies.map((body) => post(body)));
      for (const count of bodies.keys()) {
        await eventually(() => ground.exchanges.length === count + 1, `request ${count}`);
        echo(ground.exchanges[count]!);
      }
      await eventually(() => ground.client.lines.length === bodies.length, 'all answers');
      expect(ground.client.lines).toEqual(bodies);
    });

    it('is not idle between two of them', async () => {
      await ground.start();
      ground.handle = (exchange) => {
        echo(exchange);
        ground.server.close();
      };
      await ground.client.send(post('1') + post('2'));
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.client.lines).toEqual(['1', '2']);
    });

    it('begins one in each turn of the event loop', async () => {
      await ground.start();
      let turn = 0;
      const turns: number[] = [];
      ground.handle = (exchange) => {
        turns.push(turn);
        setImmediate(() => (turn += 1));
        answer(exchange, 'at once');
      };
      await ground.client.send(post('1') + post('2') + post('3'));
      await eventually(() => ground.client.lines.length === 3, 'all answers');
      expect(turns).toEqual([0, 1, 2]);
    });
  });

  describe('whose answer is given before its body was asked for', () => {
    it('passes over a body of which it had read no more', async () => {
      await ground.start();
      await ground.client.send(post('b'.repeat(1_000_000)), post('next'));
      await eventually(() => ground.exchanges.length === 1, 'the request');
      ground.handle = echo;
      answer(ground.exchanges[0]!, 'early');
      await eventually(() => ground.client.lines.length === 2, 'both answers');
      expect(ground.client.lines).toEqual(['early', 'next']);
    });

    it('may be given with a piece of it, be it the last one', async () => {
      await ground.start();
      ground.handle = (exchange) => {
        exchange.readBody({ push: (piece) => answer(exchange, piece.toString()), end: () => undefined });
      };
      const [head, body] = post('abc').split('\r\n\r\n');
      await ground.client.send(`${head}\r\n\r\n`, body!, post('next'));
      await eventually(() => ground.client.lines.length === 2, 'both answers');
      expect(ground.client.lines).toEqual(['abc', 'next']);
    });
  });

  describe('whose client does not read', () => {
    it('begins no further request before it does', async () => {
      await ground.start();
      ground.handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      ground.client.socket.pause();
      await ground.client.send(post('1') + post('2'), post('3'));
      expect(ground.exchanges.length).toBe(1);
      ground.client.socket.resume();
      await eventually(() => ground.client.lines.length === 3, 'all answers');
    });

    it('is not taken for idle, by the clock or by a server that closes', async () => {
      await ground.start({ connectionsCheckingInterval: 20, keepAliveTimeout: 40 });
      ground.handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      ground.client.socket.pause();
      await ground.client.send(post(''));
      await new Promise((resolve) => setTimeout(resolve, 200));
      ground.server.close();
      ground.client.socket.resume();
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.client.lines.map((line) => line.length)).toEqual([LARGE]);
      await eventually(() => !ground.server.listening, 'the server to be closed');
    });

    it('is closed behind its answer when it ends its half', async () => {
      await ground.start();
      ground.handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      ground.client.socket.pause();
      await ground.client.send(post(''));
      ground.client.socket.end();
      ground.client.socket.resume();
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.client.lines.map((line) => line.length)).toEqual([LARGE]);
    });
  });

  describe('that is being closed', () => {
    it('takes no request behind the last one', async () => {
      await ground.start();
      ground.handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      ground.client.socket.pause();
      await ground.client.send(post('', 'connection: close'), post(''));
      ground.client.socket.resume();
      await eventually(() => ground.client.closed, 'the end of the connection');
      expect(ground.exchanges.length).toBe(1);
      expect(ground.client.lines).toHaveLength(1);
    });

    it('takes no request that came before it was cut', async () => {
      await ground.start();
      ground.handle = (exchange) => {
        answer(exchange, 'cut');
        exchange.destroy();
      };
      await ground.client.send(post('1') + post('2'));
      await eventually(() => ground.client.closed, 'the cut');
      expect(ground.exchanges.length).toBe(1);
    });

    it('is cut when its client neither reads its answer nor sends the rest of its body', async () => {
      await ground.start({ connectionsCheckingInterval: 20, headersTimeout: 50, requestTimeout: 60 });
      ground.handle = (exchange) => answer(exchange, 'x'.repeat(LARGE));
      ground.client.socket.pause();
      await ground.client.send(post('abc').slice(0, -1));
      await eventually(async () => (await connectionsOf(ground.server)) === 0, 'the cut');
      expect(ground.exchanges.length).toBe(1);
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
      await ground.start();
      const told: boolean[] = [];
      ground.handle = (exchange) => {
        exchange.listener = { exchangeClosed: (whole) => void told.push(whole) };
        give(exchange);
      };
      await ground.client.send(post(''));
      await eventually(() => ground.client.closed, 'the cut');
      expect(told).toEqual([false]);
    });
  });
});
