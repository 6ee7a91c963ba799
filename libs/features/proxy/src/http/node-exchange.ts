import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodySink, Exchange, ExchangeListener } from './exchange.js';

/** An exchange that Node's HTTP server carries. */
export class NodeExchange implements Exchange {
  listener: ExchangeListener | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    response.sendDate = false;
    response.on('close', () => this.listener?.exchangeClosed(response.writableFinished));
  }

  get method(): string {
    return this.request.method ?? '';
  }
  get url(): string {
    return this.request.url ?? '';
  }
  get remoteAddress(): string | undefined {
    return this.request.socket.remoteAddress;
  }
  get bodyBytes(): number | undefined {
    const length = this.request.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }
  get connection(): object {
    return this.request.socket;
  }
  get complete(): boolean {
    return this.request.complete;
  }
  get gone(): boolean {
    return !this.request.socket.writable;
  }
  get answered(): boolean {
    return this.response.headersSent;
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  readBody(sink: BodySink): void {
    const { request } = this;
    request.removeAllListeners('data').removeAllListeners('end');
    request.on('data', (piece: Buffer) => sink.push(piece));
    request.on('end', () => sink.end());
  }

  begin(status: number, headers: readonly string[]): void {
    this.response.writeHead(status, [...headers]);
  }

  write(bytes: Buffer): boolean {
    return this.response.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.response.once('drain', listener);
  }

  end(bytes?: Buffer): void {
    if (bytes === undefined) this.response.end();
    else this.response.end(bytes);
  }

  /** Only clients that write their requests in an unusual way come here: they get their answer a little earlier. */
  endWithTurn(bytes: Buffer): void {
    this.end(bytes);
  }

  destroy(): void {
    this.response.destroy();
  }
}
