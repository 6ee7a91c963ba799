import { Server, type RequestListener, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from './exchange.js';
import { NodeExchange } from './node-exchange.js';
import { PlainConnections } from './plain/plain-connections.js';
import { withSharedReads } from './shared-reads.js';

/** Answers model traffic. */
export interface ModelTraffic {
  /** Whether requests for this URL are. */
  accepts(url: string): boolean;
  handle(exchange: Exchange): void;
}

const SWEEP_MS = 5_000;

/**
 * The proxy's HTTP server. A connection is read as plain for as long as each request on it is plain model traffic; at the
 * first that is not, Node's own server takes the connection over.
 */
export class FrontServer extends Server {
  private readonly plain: PlainConnections;

  /** @param framework answers what is no model traffic */
  constructor(options: ServerOptions, models: ModelTraffic, framework: RequestListener) {
    super(options, (request, response) => {
      if (models.accepts(request.url ?? '')) models.handle(new NodeExchange(request, response));
      else framework(request, response);
    });
    const nodes = this.listeners('connection') as ((socket: Socket) => void)[];
    this.plain = new PlainConnections({
      server: this,
      models,
      handOver: (socket) => nodes.forEach((listener) => listener.call(this, socket)),
    });
    this.removeAllListeners('connection');
    this.on('connection', (socket) => this.plain.add(withSharedReads(socket)));
    const sweepMs = options.connectionsCheckingInterval ?? SWEEP_MS;
    const timer = setInterval(() => this.plain.sweep(sweepMs), sweepMs).unref();
    this.on('close', () => clearInterval(timer));
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections();
    this.plain.closeIdle();
  }

  override closeAllConnections(): void {
    super.closeAllConnections();
    this.plain.closeAll();
  }
}
