import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import {
  connect,
  createServer as createNetServer,
  type Server,
  type AddressInfo,
  type Socket,
} from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tollgate/testing';
import { connectionsOf } from '../../test-support/raw-client.js';
import { withSharedReads } from './shared-reads.js';

describe('an accepted connection with shared reads', () => {
  let server: Server;
  let client: Socket;
  let socket: Socket | undefined;

  /** `use` gets the connection. @returns its client */
  async function accept(use: (socket: Socket) => void, from: Server = createNetServer()): Promise<Socket> {
    server = from.removeAllListeners('connection').on('connection', (accepted: Socket) => {
      socket = withSharedReads(accepted);
      // A Node that builds its sockets in another way would lose nothing but time.
      expect(socket).not.toBe(accepted);
      use(socket);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    return client.on('error', () => undefined);
  }

  afterEach(() => {
    client.destroy();
    socket?.destroy();
    server.close();
  });

  it('brings each byte, to each of two clients its own', async () => {
    const sent = [1, 2].map((seed) =>
      Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * seed) % 251)),
    );
    const received = new Map<number | undefined, Buffer[]>();
    const first = await accept((accepted) => {
      const pieces: Buffer[] = [];
      received.set(accepted.remotePort, pieces);
      accepted.on('data', (piece: Buffer) => pieces.push(piece));
    });
    const second = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await Promise.all([once(first, 'connect'), once(second, 'connect')]);
    const ports = [first.localPort, second.localPort];
    first.write(sent[0]!);
    second.end(sent[1]!);
    const bytesOf = (at: number) => Buffer.concat(received.get(ports[at]) ?? []);
    await eventually(() => bytesOf(0).length + bytesOf(1).length === 800_000, 'all bytes');
    expect([0, 1].map((at) => bytesOf(at).equals(sent[at]!))).toEqual([true, true]);
  });

  it('waits while it is paused, and loses nothing', async () => {
    let length = 0;
    const sending = await accept((accepted) => {
      accepted.on('data', (piece: Buffer) => (length += piece.length));
      accepted.once('data', () => accepted.pause());
    });
    sending.write(Buffer.alloc(5_000_000));
    await eventually(() => length > 0, 'the first bytes');
    const before = length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(length).toBe(before);
    // Node reads a little ahead, not all.
    expect(socket!.readableLength).toBeLessThan(1_000_000);
    socket!.resume();
    await eventually(() => length === 5_000_000, 'all bytes');
  });

  it('is counted by its server until it is closed', async () => {
    const leaving = await accept((accepted) => accepted.resume());
    await eventually(async () => (await connectionsOf(server)) === 1, 'the connection');
    leaving.end();
    await eventually(async () => (await connectionsOf(server)) === 0, 'its end');
  });

  it("can still become Node's, and something else after that", async () => {
    const http: HttpServer = createServer();
    const [node] = http.listeners('connection') as ((socket: Socket) => void)[];
    http.on('upgrade', (_request, upgraded: Socket) => {
      upgraded.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
      upgraded.on('data', (piece: Buffer) => upgraded.write(`<${piece.toString()}>`));
    });
    const upgrading = await accept((accepted) => {
      accepted.once('data', (first: Buffer) => {
        accepted.unshift(first);
        node!.call(http, accepted);
      });
    }, http);
    let text = '';
    upgrading.on('data', (piece) => (text += piece.toString()));
    upgrading.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
    await eventually(() => text.includes('101 Switching'), 'the upgrade');
    upgrading.write('one');
    await eventually(() => text.endsWith('<one>'), 'the echo');
  });
});

it('a connection that is not built as expected stays as it is', () => {
  const socket = { _handle: null } as unknown as Socket;
  expect(withSharedReads(socket)).toBe(socket);
});
