import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewayError } from '@tollgate/contracts';
import { EgressGuard } from './egress-guard.js';
import { HttpTransport } from './http-transport.js';
import type { UpstreamExchange } from './transport.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const CONNECT_TIMEOUT_MS = 1_000;
const FIRST_BYTE_TIMEOUT_MS = 60_000;

interface Ended {
  readonly text: string;
  readonly code: string | undefined;
}
type Serve = (socket: Socket) => unknown;

const answers: Serve = (socket) => socket.write(OK);
const closes: Serve = (socket) => socket.end();
const resets: Serve = (socket) => socket.resetAndDestroy();
const saysNothing: Serve = () => undefined;

describe('a connection that is used again', () => {
  let server: Server;
  let origin: string;
  let transport: HttpTransport;
  let now = 0;
  let accepted: Socket[] = [];
  /** The connections on which requests came, in the order of the requests. */
  let asked: number[] = [];
  /** What the vendor does with requests on connections that it has answered on, and on others. */
  let onKept: Serve = answers;
  let onFresh: Serve = answers;
  let onRequest: () => void = () => undefined;

  beforeEach(async () => {
    now = 0;
    [accepted, asked, onKept, onFresh, onRequest] = [[], [], answers, answers, () => undefined];
    server = createServer((socket) => {
      const connection = accepted.push(socket) - 1;
      let kept = false;
      socket
        .on('error', () => undefined)
        .on('data', () => {
          asked.push(connection);
          (kept ? onKept : onFresh)(socket);
          kept = true;
          onRequest();
        });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    transport = new HttpTransport({
      guard: new EgressGuard({ allowPrivate: true }),
      clock: { now: () => now, monotonic: () => now },
    });
  });
  afterEach(() => {
    transport.close();
    for (const socket of accepted) socket.destroy();
    server.close();
  });

  const dispatch = (): { exchange: UpstreamExchange; ended: Promise<Ended> } => {
    let tell: (ended: Ended) => void = () => undefined;
    const ended = new Promise<Ended>((resolve) => (tell = resolve));
    let text = '';
    const exchange = transport.dispatch(
      {
        ...{ origin, path: '/', method: 'POST', headers: [], body: Buffer.from('{}') },
        timeouts: {
          ...{ connectTimeoutMs: CONNECT_TIMEOUT_MS, firstByteTimeoutMs: FIRST_BYTE_TIMEOUT_MS },
          ...{ idleTimeoutMs: 60_000, totalTimeoutMs: 600_000 },
        },
      },
      {
        response: () => undefined,
        data: (chunk) => void (text += chunk.toString()),
        end: () => tell({ text, code: undefined }),
        error: ({ code }: GatewayError) => tell({ text, code }),
      },
    );
    return { exchange, ended };
  };
  const requests = (count: number): Promise<void> =>
    new Promise((resolve) => {
      onRequest = () => void (asked.length === count && resolve());
    });

  it.each([
    ['closed', closes],
    ['reset', resets],
  ])('and %s at that moment costs no attempt: the request is sent on a fresh one', async (_how, dies) => {
    // Two are kept, of which neither serves any more.
    await Promise.all([dispatch().ended, dispatch().ended]);
    onKept = dies;
    expect(await dispatch().ended).toEqual({ text: 'ok', code: undefined });
    expect([accepted.length, asked.at(-1)]).toEqual([3, 2]);
  });

  it.each([
    ['closed', closes],
    ['reset', resets],
  ])('and the fresh one %s as well: the vendor can not be reached', async (_how, dies) => {
    await dispatch().ended;
    [onKept, onFresh] = [dies, dies];
    expect(await dispatch().ended).toEqual({ text: '', code: 'upstream_unreachable' });
    expect(asked).toEqual([0, 0, 1]);
  });

  it('and closed by a vendor that takes no other one: it can not be reached', async () => {
    await dispatch().ended;
    server.close();
    onKept = closes;
    expect(await dispatch().ended).toEqual({ text: '', code: 'upstream_unreachable' });
  });

  it.each<[string, Serve]>([
    ['closed', (socket) => socket.end('H')],
    ['reset', (socket) => socket.write('H', () => socket.resetAndDestroy())],
    ['closed after an interim answer', (socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\n')],
  ])('and %s after a byte of an answer: nothing is sent twice', async (_how, dies) => {
    await dispatch().ended;
    onKept = dies;
    expect(await dispatch().ended).toEqual({ text: '', code: 'upstream_unreachable' });
    expect(asked).toEqual([0, 0]);
  });

  it('and closed when the vendor had been at work for a while: nothing is sent twice', async () => {
    await dispatch().ended;
    onKept = (socket) => {
      now += 2_001;
      socket.end();
    };
    expect(await dispatch().ended).toEqual({ text: '', code: 'upstream_unreachable' });
    expect(asked).toEqual([0, 0]);
  });

  it('and closed: the fresh one has what is left of the time for the first byte', async () => {
    await dispatch().ended;
    [onKept, onFresh] = [closes, saysNothing];
    const sent = requests(3);
    const { ended } = dispatch();
    await sent;
    now = FIRST_BYTE_TIMEOUT_MS;
    expect(await ended).toEqual({ text: '', code: 'upstream_timeout' });
  });

  it('and closed: who gives up closes the fresh one, and nothing more is told', async () => {
    await dispatch().ended;
    [onKept, onFresh] = [closes, saysNothing];
    const sent = requests(3);
    const { exchange, ended } = dispatch();
    await sent;
    exchange.abort();
    await once(accepted[1] ?? server, 'close');
    expect(await Promise.race([ended, Promise.resolve('silence')])).toBe('silence');
  });
});
