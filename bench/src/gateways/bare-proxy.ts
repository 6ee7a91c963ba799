/**
 * The baseline: a proxy that does nothing but pass on, in the cheapest way that Node offers with its own HTTP server and
 * undici (`bare-proxy.ts <port> <origin of the vendor>`). Request headers are made, not copied; a small answer goes out
 * in one piece, and stream chunks that arrive in one turn of the event loop in one write.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool, type Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** Answers up to this length are sent whole. */
const WHOLE_BYTES_MAX = 65_536;
const BACKLOG = 4_096;
const KEEP_ALIVE_MS = 120_000;

const upstreamHeaders = [
  ...['content-type', 'application/json'],
  ...['accept', '*/*'],
  ...['authorization', 'Bearer sk-upstream-0123456789abcdefghijklmnop'],
  ...['user-agent', 'bare-proxy'],
];

class Relay implements Dispatcher.DispatchHandler {
  private waiting: Buffer[] = [];
  private whole = false;
  private flushing = false;
  private over = false;
  private controller: Controller | undefined;
  private readonly response: ServerResponse;

  constructor(response: ServerResponse) {
    this.response = response;
  }

  onRequestStart(controller: Controller): void {
    this.controller = controller;
  }

  onResponseStart(_controller: Controller, status: number, headers: Headers): void {
    const head = ['content-type', String(headers['content-type'] ?? 'application/json')];
    const requestId = headers['x-request-id'];
    if (requestId !== undefined) head.push('x-request-id', String(requestId));
    const length = headers['content-length'];
    if (length !== undefined) {
      head.push('content-length', String(length));
      this.whole = Number(length) <= WHOLE_BYTES_MAX;
    }
    this.response.writeHead(status, head);
  }

  onResponseData(_controller: Controller, bytes: Buffer): void {
    this.waiting.push(bytes);
    if (this.whole || this.flushing) return;
    this.flushing = true;
    setImmediate(() => this.flush());
  }

  onResponseEnd(): void {
    this.over = true;
    if (this.waiting.length === 0) this.response.end();
    else this.response.end(this.take());
  }

  onResponseError(): void {
    this.over = true;
    if (!this.response.headersSent) this.response.statusCode = 502;
    this.response.end();
  }

  private flush(): void {
    this.flushing = false;
    if (this.over || this.waiting.length === 0 || this.response.write(this.take())) return;
    this.controller?.pause();
    this.response.once('drain', () => this.controller?.resume());
  }

  private take(): Buffer {
    const [first = Buffer.alloc(0), ...more] = this.waiting;
    const bytes = more.length === 0 ? first : Buffer.concat(this.waiting);
    this.waiting = [];
    return bytes;
  }
}

const [port, origin = ''] = process.argv.slice(2);
const vendor = new Pool(origin, {
  connections: null,
  pipelining: 1,
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: 0,
  bodyTimeout: 0,
});

function proxy(request: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  const parts: Buffer[] = [];
  request.on('data', (bytes: Buffer) => parts.push(bytes));
  request.on('end', () => {
    const [first] = parts;
    const body = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
    vendor.dispatch(
      { path: request.url ?? '/', method: 'POST', headers: upstreamHeaders, body },
      new Relay(response),
    );
  });
}

const server = createServer(
  {
    noDelay: true,
    requestTimeout: 0,
    headersTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 30_000,
    joinDuplicateHeaders: true,
  },
  proxy,
);
server.listen({ port: Number(port), host: '127.0.0.1', backlog: BACKLOG });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
