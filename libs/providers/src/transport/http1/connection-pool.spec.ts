import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { buildConnector } from 'undici';
import type { UpstreamHeaders, UpstreamRequest } from '../transport.js';
import { ConnectionPool, type PoolUser } from './connection-pool.js';
import { ConnectionClosed, type Http1Connection } from './http1-connection.js';
import { InvalidResponse } from './invalid-response.js';

const REQUEST: UpstreamRequest = {
  ...{ origin: '', path: '/', method: 'POST', headers: [], body: Buffer.from('{}') },
  timeouts: { connectTimeoutMs: 1, firstByteTimeoutMs: 1, idleTimeoutMs: 1, totalTimeoutMs: 1 },
};

class Asked implements PoolUser {
  over = false;
  connection: Http1Connection | undefined;
  headers: UpstreamHeaders = {};
  text = '';
  onData: () => void = () => undefined;
  private settle: (how: unknown) => void = () => undefined;
  /** `undefined`: it has ended well; else why it failed. */
  readonly settled = new Promise<unknown>((resolve) => (this.settle = resolve));

  began(connection: Http1Connection): void {
    this.connection = connection;
  }
  response(_status: number, headers: UpstreamHeaders): void {
    this.headers = headers;
  }
  data(bytes: Buffer): void {
    this.text += bytes.toString();
    this.onData();
  }
  end(): void {
    this.settle(undefined);
  }
  fail(error: unknown): void {
    this.settle(error);
  }
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('a pool of connections', () => {
  let server: Server;
  let pool: ConnectionPool;
  let now = 0;
  /** No connection comes about. */
  let held = false;
  /** Those that the vendor has accepted, in their order. */
  let accepted: Socket[] = [];
  /** What it does with a request on a connection, and which one that is. */
  let serve: (socket: Socket, connection: number) => void = () => undefined;

  beforeEach(async () => {
    now = 0;
    held = false;
    accepted = [];
    serve = (socket) => socket.write(OK);
    server = createServer((socket) => {
      const connection = accepted.push(socket) - 1;
      socket.on('error', () => undefined).on('data', () => serve(socket, connection));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    pool = new ConnectionPool(
      `http://127.0.0.1:${port}`,
      (options, callback) => {
        if (held) return;
        const socket = connect(Number(options.port), options.hostname);
        socket.once('connect', () => callback(null, socket)).once('error', (error) => callback(error, null));
      },
      () => now,
    );
  });
  afterEach(() => {
    pool.close();
    for (const socket of accepted) socket.destroy();
    server.close();
  });

  const ask = (request = REQUEST) => {
    const asked = new Asked();
    pool.ask(request, asked);
    return asked;
  };
  /** The second one has no connection until the first is answered, and none comes about. */
  const oneWaits = async () => {
    let answer: () => void = () => undefined;
    serve = (socket) => {
      answer = () => socket.write(OK);
    };
    const first = ask();
    await once(server, 'connection');
    held = true;
    const second = ask();
    await once(accepted[0] ?? server, 'data');
    return { first, second, answer: () => answer() };
  };
  /** A pool whose connections come about as the test says, in the order in which they were asked for. */
  const handMade = () => {
    const made: buildConnector.Callback[] = [];
    const connecting: buildConnector.connector = (_target, callback) => void made.push(callback);
    return { made, lone: new ConnectionPool('http://vendor.test', connecting, () => now) };
  };
  const gone = async (connection: number): Promise<void> => {
    const socket = accepted[connection];
    if (socket?.closed !== true) await once(socket ?? server, 'close');
  };

  it('asks again on the connection that it has', async () => {
    for (let count = 0; count < 3; count += 1) expect(await ask().settled).toBeUndefined();
    expect(accepted).toHaveLength(1);
  });

  it('has as many connections as exchanges at once, and goes on with the one that was used last', async () => {
    const both = [ask(), ask()];
    await Promise.all(both.map(({ settled }) => settled));
    expect(accepted).toHaveLength(2);
    const served: number[] = [];
    serve = (socket, connection) => {
      served.push(connection);
      socket.write(OK);
    };
    for (let count = 0; count < 3; count += 1) await ask().settled;
    expect(new Set(served).size).toBe(1);
  });

  it('gives a connection that is free to who waits for one to be made', async () => {
    const { first, second, answer } = await oneWaits();
    serve = (socket) => socket.write(OK);
    answer();
    expect([await first.settled, await second.settled]).toEqual([undefined, undefined]);
    expect(second.connection).toBe(first.connection);
  });

  it('makes a connection anew when the vendor says that it closes the one there is', async () => {
    serve = (socket) => socket.write(OK.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
    expect([await ask().settled, await ask().settled]).toEqual([undefined, undefined]);
    expect(accepted).toHaveLength(2);
  });

  it('reads an answer that ends with its connection', async () => {
    serve = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    const asked = ask();
    expect(await asked.settled).toBeUndefined();
    expect(asked.text).toBe('all of it');
  });

  it('closes a connection on which the vendor speaks unasked', async () => {
    await ask().settled;
    accepted[0]?.write(OK.replace('ok', 'no'));
    await gone(0);
    const asked = ask();
    expect([await asked.settled, asked.text]).toEqual([undefined, 'ok']);
    expect(accepted).toHaveLength(2);
  });

  it('closes a connection on which more comes than the answer', async () => {
    serve = (socket) => socket.write(OK + OK.replace('ok', 'no'));
    expect([await ask().settled, await ask().settled]).toEqual([undefined, undefined]);
    expect(accepted).toHaveLength(2);
  });

  it('closes a connection whose answer came before its request was sent whole', async () => {
    server.removeAllListeners('connection').once('connection', (socket: Socket) => {
      accepted.push(socket);
      socket.on('error', () => undefined).pause();
      socket.write(OK);
    });
    expect(await ask({ ...REQUEST, body: Buffer.alloc(50_000_000) }).settled).toBeUndefined();
    accepted[0]?.resume();
    await gone(0);
  });

  it('does not use a connection for longer than it is kept', async () => {
    await ask().settled;
    now = 15_000;
    await ask().settled;
    expect(accepted).toHaveLength(2);
    now = 29_999;
    pool.closeUnused(now);
    await ask().settled;
    expect(accepted).toHaveLength(2);
    pool.closeUnused(45_000);
    await gone(1);
  });

  it('gives a connection up two seconds before the vendor said that it would', async () => {
    serve = (socket) => socket.write(OK.replace('\r\n\r\n', '\r\nkeep-alive: timeout=5\r\n\r\n'));
    await ask().settled;
    now = 2_999;
    await ask().settled;
    expect(accepted).toHaveLength(1);
    now += 3_000;
    await ask().settled;
    expect(accepted).toHaveLength(2);
  });

  it.each<[string, (socket: Socket) => void, unknown]>([
    ['closes before it answers', (socket) => socket.end(), expect.any(ConnectionClosed)],
    ['closes within its answer', (socket) => socket.end(OK.slice(0, -1)), expect.any(ConnectionClosed)],
    [
      'resets the connection',
      (socket) => socket.resetAndDestroy(),
      expect.objectContaining({ code: 'ECONNRESET' }),
    ],
    ['speaks no HTTP', (socket) => socket.write('SSH-2.0\r\n\r\n'), expect.any(InvalidResponse)],
  ])('tells that a vendor %s', async (_what, broken, error) => {
    serve = broken;
    expect(await ask().settled).toEqual(error);
    await gone(0);
    serve = (socket) => socket.write(OK);
    expect(await ask().settled).toBeUndefined();
  });

  it('tells that there is no connection', async () => {
    server.close();
    await once(server, 'close');
    expect(await ask().settled).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets nobody wait for a connection that nobody makes', async () => {
    const { lone, made } = handMade();
    const [first, second] = [new Asked(), new Asked()];
    for (const asked of [first, second]) lone.ask(REQUEST, asked);
    const { port } = server.address() as AddressInfo;
    serve = () => undefined;
    // The connection that was meant for the second serves the first, and the first's does not come about.
    made[1]?.(null, connect(port, '127.0.0.1'));
    made[0]?.(new Error('refused'), null);
    expect(first.connection).toBeDefined();
    expect(await second.settled).toMatchObject({ message: 'refused' });
    first.connection?.destroy();
  });

  it('fails nobody for whom another connection is on its way', async () => {
    const { lone, made } = handMade();
    const [first, second] = [new Asked(), new Asked()];
    lone.ask(REQUEST, first);
    first.over = true;
    lone.ask(REQUEST, second);
    made[0]?.(new Error('refused'), null);
    const { port } = server.address() as AddressInfo;
    made[1]?.(null, connect(port, '127.0.0.1'));
    expect([await second.settled, second.text]).toEqual([undefined, 'ok']);
    lone.close();
  });

  it('keeps a connection for the next one when who wanted it has given up', async () => {
    const asked = ask();
    asked.over = true;
    await once(server, 'connection');
    const next = ask();
    expect([await next.settled, asked.text]).toEqual([undefined, '']);
  });

  it('sends what waited for a connection once more when the vendor closes that one', async () => {
    const { first, second, answer } = await oneWaits();
    held = false;
    serve = (socket, connection) => (connection === 0 ? socket.end() : socket.write(OK));
    answer();
    expect([await first.settled, await second.settled]).toEqual([undefined, undefined]);
    expect([accepted.length, second.text]).toEqual([2, 'ok']);
  });

  it('sends nothing once more for who has given up before there is a connection for it', async () => {
    const { lone, made } = handMade();
    const { port } = server.address() as AddressInfo;
    const [first, second, third] = [new Asked(), new Asked(), new Asked()];
    lone.ask(REQUEST, first);
    made[0]?.(null, connect(port, '127.0.0.1'));
    await first.settled;
    const served: number[] = [];
    serve = (socket, connection) => {
      served.push(connection);
      if (connection === 0) socket.end();
      else socket.write(OK);
    };
    lone.ask(REQUEST, second);
    await once(accepted[0] ?? server, 'close');
    second.over = true;
    made[1]?.(null, connect(port, '127.0.0.1'));
    lone.ask(REQUEST, third);
    expect([await third.settled, third.text, second.text]).toEqual([undefined, 'ok', '']);
    expect(served).toEqual([0, 1]);
    lone.close();
  });

  it('holds back what comes while it is paused, and reads on for the next one', async () => {
    serve = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab');
      serve = (again) => again.write(OK);
    };
    const asked = ask();
    await new Promise<void>((resolve) => (asked.onData = resolve));
    asked.connection?.pause();
    accepted[0]?.write('cd');
    // Another exchange, on a connection of its own, comes and goes meanwhile.
    expect(await ask().settled).toBeUndefined();
    expect(asked.text).toBe('ab');
    asked.connection?.resume();
    await asked.settled;
    expect(asked.text).toBe('abcd');
    await Promise.all([ask(), ask()].map(({ settled }) => settled));
    expect(accepted).toHaveLength(2);
  });

  it('closes what is idle when it is closed, and the others after their exchange', async () => {
    const both = [ask(), ask()];
    await Promise.all(both.map(({ settled }) => settled));
    serve = () => undefined;
    const last = ask();
    pool.close();
    await Promise.race([gone(0), gone(1)]);
    const [open] = accepted.filter(({ destroyed }) => !destroyed);
    open?.write(OK);
    expect(await last.settled).toBeUndefined();
    if (open?.destroyed === false) await once(open, 'close');
  });
});
