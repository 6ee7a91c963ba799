import { once } from 'node:events';
import type { ServerOptions } from 'node:http';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Exchange } from '../src/http/exchange.js';
import { FrontServer } from '../src/http/front-server.js';

/** A client at its socket, that sees each byte. */
export class RawClient {
  readonly socket: Socket;
  text = '';
  closed = false;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('data', (bytes) => (this.text += bytes.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.socket.on('end', () => this.socket.end());
    this.socket.on('close', () => (this.closed = true));
  }

  /** Each piece alone. */
  async send(...pieces: string[]): Promise<void> {
    for (const piece of pieces) {
      this.socket.write(piece, 'latin1');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Bodies of all answers so far that end with a line. */
  get lines(): string[] {
    return [...this.text.matchAll(/^<(.*)>$/gm)].map(([, body = '']) => body);
  }
}

/** A plain request. */
export function post(body: string, ...headers: string[]): string {
  return ['POST /v1/x HTTP/1.1', 'host: a', `content-length: ${body.length}`, ...headers, '', body].join(
    '\r\n',
  );
}

/** Tells a client its own body. */
export function echo(exchange: Exchange): void {
  let body = '';
  exchange.readBody({
    push: (piece) => (body += piece.toString('latin1')),
    end: () => answer(exchange, body),
  });
}

export function answer(exchange: Exchange, body: string): void {
  const bytes = Buffer.from(`<${body}>\n`, 'latin1');
  exchange.begin(200, ['content-length', String(bytes.length)]);
  exchange.end(bytes);
}

/** How many connections a server has. */
export function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}

/** A server on a loopback port that hands its model traffic to `handle`, and a client of it. */
export class FrontGround {
  server: FrontServer;
  client: RawClient;
  readonly exchanges: Exchange[] = [];

  /** @param handle may be replaced at each time */
  constructor(public handle: (exchange: Exchange) => void) {}

  async start(options: ServerOptions = {}): Promise<void> {
    const models = {
      accepts: (url: string) => url.startsWith('/v1/'),
      handle: (exchange: Exchange) => {
        this.exchanges.push(exchange);
        this.handle(exchange);
      },
    };
    this.server = new FrontServer(options, models, (_request, response) => response.end('<framework>\n'));
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    this.client = this.connect();
  }

  /** Another client. */
  connect(): RawClient {
    return new RawClient((this.server.address() as AddressInfo).port);
  }

  stop(): void {
    this.client.socket.destroy();
    this.server.closeAllConnections();
    this.server.close();
  }
}
