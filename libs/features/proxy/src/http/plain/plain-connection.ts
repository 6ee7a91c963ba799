import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from '../exchange.js';
import { PlainExchange, type ExchangeConnection } from './plain-exchange.js';
import { PlainHeads } from './plain-head.js';

/** The server of connections. */
export interface PlainServer {
  /** Whether it answers a plain request itself. */
  accepts(url: string): boolean;
  handle(exchange: Exchange): void;
  /** The connection's next request is not plain: it is Node's from now on, beginning with these bytes. */
  handOver(connection: PlainConnection, bytes: Buffer): void;
  gone(connection: PlainConnection): void;
  /** No further request is taken. */
  readonly closing: boolean;
  readonly limits: ConnectionLimits;
  /** Milliseconds; moves on with each sweep. */
  readonly now: number;
}

/**
 * In milliseconds, as Node's server has them: from the connection to the first request, from an answer to the next request,
 * from a request's head to the end of its body.
 */
export type ConnectionLimits = Pick<Server, 'headersTimeout' | 'keepAliveTimeout' | 'requestTimeout'>;

/** Of requests that come before their turn, so much is taken in. */
const REST_BYTES_MAX = 16_384;
const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/** One client's connection, as long as its requests are plain: one exchange after the other. */
export class PlainConnection implements ExchangeConnection {
  private exchange: PlainExchange | undefined;
  /** What came behind the request that is being answered. */
  private rest: Buffer | undefined;
  private readonly heads = new PlainHeads();
  private since: number;
  private served = false;
  private readonly listeners = {
    data: (bytes: Buffer): void => this.read(bytes),
    end: (): void => this.finish(),
    // Its close follows and says all there is to say.
    error: (): void => undefined,
    close: (): void => this.closed(),
  };

  constructor(
    readonly socket: Socket,
    private readonly server: PlainServer,
  ) {
    this.since = server.now;
    for (const [event, listener] of Object.entries(this.listeners)) socket.on(event, listener);
  }

  get closing(): boolean {
    return this.server.closing;
  }

  get keepAliveSeconds(): number {
    return Math.floor(this.server.limits.keepAliveTimeout / 1_000);
  }

  hold(): void {
    this.socket.pause();
  }

  resume(): void {
    if (this.socket.isPaused()) this.socket.resume();
  }

  over(last: boolean): void {
    const { socket } = this;
    this.exchange = undefined;
    this.served = true;
    this.since = this.server.now;
    if (last || this.closing) socket.destroySoon();
    else if (socket.writableNeedDrain) {
      // Who does not read its answers gets no more of them.
      this.hold();
      socket.once('drain', () => this.goOn());
    } else this.goOn();
  }

  private goOn(): void {
    if (this.rest === undefined) this.resume();
    // Not at once: other connections have their turn between two requests of this one.
    else setImmediate(() => this.beginRest());
  }

  /** Nothing is under way on it. */
  get idle(): boolean {
    return this.exchange === undefined && this.rest === undefined && this.socket.writableLength === 0;
  }

  /**
   * Closes it if it made the server wait for too long.
   *
   * @param slackMs so much less than it seems it may have been
   */
  check(slackMs: number): void {
    const { exchange, server, socket } = this;
    const { headersTimeout, keepAliveTimeout, requestTimeout } = server.limits;
    const waited = server.now - slackMs - this.since;
    if (exchange === undefined) {
      // Its client may still be reading an answer.
      if (socket.writableLength > 0) this.since = server.now;
      else if (this.closing || waited >= (this.served ? keepAliveTimeout : headersTimeout)) socket.destroy();
    } else if (!exchange.complete && waited >= requestTimeout) {
      if (exchange.answered || socket.writableEnded) socket.destroy();
      else {
        socket.write(TIMED_OUT, 'latin1');
        socket.destroySoon();
      }
    }
  }

  private read(bytes: Buffer): void {
    const { exchange } = this;
    // It is being closed: nobody would get an answer any more.
    if (!this.socket.writable) return;
    if (exchange !== undefined) this.takeBody(exchange, bytes);
    else if (this.rest !== undefined) this.keep(bytes);
    else this.begin(bytes);
  }

  private begin(bytes: Buffer): void {
    const { server } = this;
    const head = this.heads.read(bytes);
    if (head === undefined || !server.accepts(head.url)) {
      for (const [event, listener] of Object.entries(this.listeners)) this.socket.off(event, listener);
      server.handOver(this, bytes);
      return;
    }
    this.since = server.now;
    this.exchange = new PlainExchange(this, head);
    if (head.bytes < bytes.length) this.takeBody(this.exchange, bytes.subarray(head.bytes));
    server.handle(this.exchange);
  }

  private takeBody(exchange: PlainExchange, bytes: Buffer): void {
    const { bodyLeft } = exchange;
    if (bytes.length > bodyLeft) this.keep(bytes.subarray(bodyLeft));
    if (bodyLeft > 0) exchange.take(bytes.length > bodyLeft ? bytes.subarray(0, bodyLeft) : bytes);
  }

  private keep(bytes: Buffer): void {
    this.rest = this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]);
    // Whoever sends this much ahead is not noticed when it leaves: nothing is read.
    if (this.rest.length > REST_BYTES_MAX) this.hold();
  }

  private beginRest(): void {
    const { rest } = this;
    this.rest = undefined;
    if (rest === undefined || !this.socket.writable) return;
    this.resume();
    this.begin(rest);
  }

  /** The client writes no more. If it waits for an answer, it is taken to have left, as by Node. */
  private finish(): void {
    if (this.exchange === undefined) this.socket.destroySoon();
    else this.socket.destroy();
  }

  private closed(): void {
    const { exchange } = this;
    this.exchange = undefined;
    this.server.gone(this);
    exchange?.lost();
  }
}
