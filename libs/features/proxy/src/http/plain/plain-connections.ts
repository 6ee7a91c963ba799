import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from '../exchange.js';
import { PlainConnection, type ConnectionLimits, type PlainServer } from './plain-connection.js';

export interface PlainConnectionsOptions {
  /** Whose connections they are, with its limits of time. */
  readonly server: ConnectionLimits & Pick<Server, 'listening'>;
  readonly models: { accepts(url: string): boolean; handle(exchange: Exchange): void };
  /** To whom a connection goes whose next request is not plain. */
  readonly handOver: (socket: Socket) => void;
}

/** All plain connections of a server. */
export class PlainConnections implements PlainServer {
  now = 0;
  private readonly connections = new Set<PlainConnection>();

  constructor(private readonly options: PlainConnectionsOptions) {}

  get closing(): boolean {
    return !this.options.server.listening;
  }

  get limits(): ConnectionLimits {
    return this.options.server;
  }

  add(socket: Socket): void {
    this.connections.add(new PlainConnection(socket, this));
  }

  accepts(url: string): boolean {
    return this.options.models.accepts(url);
  }

  handle(exchange: Exchange): void {
    this.options.models.handle(exchange);
  }

  handOver(connection: PlainConnection, bytes: Buffer): void {
    this.connections.delete(connection);
    connection.socket.unshift(bytes);
    this.options.handOver(connection.socket);
  }

  gone(connection: PlainConnection): void {
    this.connections.delete(connection);
  }

  /** Closes those that make the server wait for too long. */
  sweep(passedMs: number): void {
    this.now += passedMs;
    for (const connection of this.connections) connection.check(passedMs);
  }

  closeIdle(): void {
    for (const connection of this.connections) if (connection.idle) connection.socket.destroy();
  }

  closeAll(): void {
    for (const { socket } of this.connections) socket.destroy();
  }
}
