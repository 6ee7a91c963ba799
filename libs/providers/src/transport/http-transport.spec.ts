import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock, type GatewayError } from '@tollgate/contracts';
import { EgressGuard } from './egress-guard.js';
import { HttpTransport } from './http-transport.js';
import type { UpstreamExchange, UpstreamHandler, UpstreamHeaders, UpstreamTimeouts } from './transport.js';

const TIMEOUTS: UpstreamTimeouts = {
  connectTimeoutMs: 1_000,
  firstByteTimeoutMs: 1_000,
  idleTimeoutMs: 1_000,
  totalTimeoutMs: 5_000,
};

class Recorder implements UpstreamHandler {
  status = 0;
  headers: UpstreamHeaders = {};
  text = '';
  ended = false;
  failure: GatewayError | undefined;
  private settle: () => void = () => undefined;
  readonly settled = new Promise<void>((resolve) => (this.settle = resolve));
  onData: () => void = () => undefined;

  response(status: number, headers: UpstreamHeaders): void {
    this.status = status;
    this.headers = headers;
  }
  data(chunk: Buffer): void {
    this.text += chunk.toString();
    this.onData();
  }
  end(): void {
    this.ended = true;
    this.settle();
  }
  error(error: GatewayError): void {
    this.failure = error;
    this.settle();
  }
}

describe('the transport to vendors', () => {
  let transport: HttpTransport;
  const servers: (Server | TcpServer)[] = [];

  beforeEach(() => {
    transport = new HttpTransport({ guard: new EgressGuard({ allowPrivate: true }), clock: systemClock });
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    }
    transport.close();
  });

  const listen = async (server: Server | TcpServer): Promise<string> => {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const vendor = (listener: RequestListener) => listen(createServer(listener));
  const rawVendor = (bytes: string) =>
    listen(
      createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(bytes))),
    );
  const ask = (origin: string, timeouts: Partial<UpstreamTimeouts> = {}) => {
    const recorder = new Recorder();
    const exchange: UpstreamExchange = transport.dispatch(
      {
        origin,
        path: '/v1/chat/completions',
        method: 'POST',
        headers: ['content-type', 'application/json'],
        body: Buffer.from('{}'),
        timeouts: { ...TIMEOUTS, ...timeouts },
      },
      recorder,
    );
    return { recorder, exchange };
  };

  it('brings status, headers and bytes', async () => {
    const origin = await vendor((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/poem' }).end('hello');
    });
    const { recorder } = ask(origin);
    await recorder.settled;
    expect(recorder).toMatchObject({ status: 200, text: 'hello', ended: true });
    expect(recorder.headers['content-type']).toBe('text/poem');
  });

  it('does not follow a redirect', async () => {
    const origin = await vendor((_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    const { recorder } = ask(origin);
    await recorder.settled;
    expect(recorder.status).toBe(302);
  });

  it.each<[string, string, string]>([
    ['closes without a word', '', 'upstream_unreachable'],
    ['answers garbage', 'ceci n’est pas HTTP\r\n\r\n', 'upstream_invalid_response'],
    [
      'says two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\nhello',
      'upstream_invalid_response',
    ],
    [
      'says another length of a chunk than it has',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n',
      'upstream_cut',
    ],
    ['breaks off in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort', 'upstream_cut'],
  ])('tells a vendor that %s', async (_what, bytes, code) => {
    const { recorder } = ask(await rawVendor(bytes));
    await recorder.settled;
    expect(recorder.failure?.code).toBe(code);
  });

  it('tells a vendor that is not there', async () => {
    const { recorder } = ask('http://127.0.0.1:1');
    await recorder.settled;
    expect(recorder.failure).toMatchObject({ code: 'upstream_unreachable', retry: 'next-channel' });
  });

  it('tells a vendor that does not begin its answer', async () => {
    const { recorder } = ask(await vendor(() => undefined), { firstByteTimeoutMs: 50 });
    await recorder.settled;
    expect(recorder.failure).toMatchObject({ code: 'upstream_timeout', retry: 'next-channel' });
  });

  it('tells a vendor that falls silent', async () => {
    const origin = await vendor((_request, response) => {
      response.writeHead(200).write('part');
    });
    const { recorder } = ask(origin, { idleTimeoutMs: 50 });
    await recorder.settled;
    expect(recorder.failure?.code).toBe('upstream_timeout');
    expect(recorder.text).toBe('part');
  });

  it('ends an answer that takes longer than the total limit, though it never falls silent', async () => {
    const origin = await vendor((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const { recorder } = ask(origin, { totalTimeoutMs: 100 });
    await recorder.settled;
    expect(recorder.failure?.message).toContain('total time limit');
  });

  it('closes the connection of an exchange that is aborted, and says nothing more', async () => {
    let closed: () => void = () => undefined;
    const vendorSawClose = new Promise<void>((resolve) => (closed = resolve));
    const origin = await vendor((_request, response) => {
      response.on('close', closed);
      response.writeHead(200).write('part');
    });
    const { recorder, exchange } = ask(origin);
    recorder.onData = () => exchange.abort();
    await vendorSawClose;
    expect(recorder.failure).toBeUndefined();
    expect(recorder.ended).toBe(false);
  });

  it('cuts off what still runs when it is closed', async () => {
    const origin = await vendor((_request, response) => {
      response.writeHead(200).write('part');
    });
    const { recorder } = ask(origin, { idleTimeoutMs: 60_000, totalTimeoutMs: 60_000 });
    await new Promise<void>((resolve) => (recorder.onData = resolve));
    transport.close();
    expect(recorder.failure?.code).toBe('shutting_down');
  });

  it('refuses a forbidden address before connecting', async () => {
    const { recorder } = ask('http://169.254.169.254');
    await recorder.settled;
    expect(recorder.failure?.message).toContain('may not connect');
  });
});
