import {
  BaseRpcContext,
  ClientProxy,
  Server,
  type ReadPacket,
  type WritePacket,
} from '@nestjs/microservices';
import { NoResponderError } from './no-responder-error.js';
import type { RpcTransport } from './transport.js';

type Respond = (packet: WritePacket) => void;

/** Where clients of one process find its servers. */
export class InProcessRpcHub {
  private readonly servers = new Set<InProcessRpcServer>();

  attach(server: InProcessRpcServer): void {
    this.servers.add(server);
  }

  detach(server: InProcessRpcServer): void {
    this.servers.delete(server);
  }

  /** The server that listens and has a handler for the pattern. */
  find(pattern: string): InProcessRpcServer | undefined {
    return [...this.servers].find((server) => server.serves(pattern));
  }
}

/** Serves calls of the same process. Values go through JSON, so that they arrive as they would over a network. */
export class InProcessRpcServer extends Server {
  override readonly transportId = Symbol('in-process');

  constructor(private readonly hub: InProcessRpcHub) {
    super();
  }

  listen(callback: () => void): void {
    this.hub.attach(this);
    callback();
  }

  close(): void {
    this.hub.detach(this);
  }

  on(): void {
    throw new Error('An in-process RPC server has no events.');
  }

  unwrap<T>(): T {
    throw new Error('An in-process RPC server wraps nothing.');
  }

  serves(pattern: string): boolean {
    return this.messageHandlers.has(pattern);
  }

  async answer(pattern: string, data: unknown, respond: Respond): Promise<void> {
    const handler = this.messageHandlers.get(pattern);
    if (handler === undefined) return respond({ err: new NoResponderError(pattern), isDisposed: true });
    try {
      const replies = this.transformToObservable(
        await handler(asOverTheWire(data), new BaseRpcContext([pattern])),
      );
      this.send(replies, (packet) => respond(asOverTheWire(packet)));
    } catch (error) {
      respond({ err: error, isDisposed: true });
    }
  }

  notify(pattern: string, data: unknown): Promise<unknown> {
    return this.handleEvent(pattern, { pattern, data: asOverTheWire(data) }, new BaseRpcContext([pattern]));
  }
}

export class InProcessRpcClient extends ClientProxy {
  constructor(private readonly hub: InProcessRpcHub) {
    super();
  }

  async connect(): Promise<void> {
    await Promise.resolve();
  }

  close(): void {
    // There is no connection.
  }

  unwrap<T>(): T {
    throw new Error('An in-process RPC client wraps nothing.');
  }

  protected publish({ pattern, data }: ReadPacket, callback: Respond): () => void {
    const route = this.normalizePattern(pattern as string);
    let wanted = true;
    const respond: Respond = (packet) => {
      if (wanted) callback(packet);
    };
    const server = this.hub.find(route);
    if (server === undefined) respond({ err: new NoResponderError(route), isDisposed: true });
    else void server.answer(route, data, respond);
    return () => {
      wanted = false;
    };
  }

  protected async dispatchEvent<T>({ pattern, data }: ReadPacket): Promise<T> {
    const route = this.normalizePattern(pattern as string);
    return (await this.hub.find(route)?.notify(route, data)) as T;
  }
}

/** Calls within one process, for the all-in-one service. Both ends must come from the same transport. */
export function inProcessRpcTransport(): RpcTransport {
  const hub = new InProcessRpcHub();
  return {
    microservice: () => ({ strategy: new InProcessRpcServer(hub) }),
    client: () => new InProcessRpcClient(hub),
  };
}

function asOverTheWire<Value>(value: Value): Value {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);
}
