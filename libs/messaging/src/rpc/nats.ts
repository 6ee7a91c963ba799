import { ClientNats, ServerNats, type ClientProxy, type MsPattern } from '@nestjs/microservices';
import { connectionOptions, type NatsAddress } from '../nats/connection-options.js';
import type { RpcTransport } from './transport.js';

export interface NatsRpcOptions extends NatsAddress {
  /** First part of every subject. Default `tollgate`. */
  readonly namespace?: string;
}

/** Nest's NATS server under a prefix of subjects, so that several installations can share a NATS. */
class NamespacedServerNats extends ServerNats {
  constructor(
    options: NatsRpcOptions,
    private readonly prefix: string,
  ) {
    super(nestOptions(options));
  }

  override bindEvents(client: NatsSubscriber): void {
    for (const pattern of this.messageHandlers.keys()) {
      const callback = this.getMessageHandler(pattern) as MessageCallback;
      // One queue group: a call goes to one replica of the service.
      client.subscribe(`${this.prefix}${pattern}`, { queue: `${this.prefix}servers`, callback });
    }
  }
}

type MessageCallback = (error: Error | null, message: unknown) => void;

interface NatsSubscriber {
  subscribe(subject: string, options: { queue: string; callback: MessageCallback }): unknown;
}

class NamespacedClientNats extends ClientNats {
  constructor(
    options: NatsRpcOptions,
    private readonly prefix: string,
  ) {
    super(nestOptions(options));
  }

  protected override normalizePattern(pattern: MsPattern): string {
    return `${this.prefix}${super.normalizePattern(pattern)}`;
  }
}

/** Calls over NATS (its core, not JetStream): each is answered by one of the replicas that serve the pattern. */
export function natsRpcTransport(options: NatsRpcOptions): RpcTransport {
  const prefix = `${options.namespace ?? 'tollgate'}.rpc.`;
  return {
    microservice: () => ({ strategy: new NamespacedServerNats(options, prefix) }),
    client: () => asClientProxy(new NamespacedClientNats(options, prefix)),
  };
}

/** Nest declares the status streams of its clients so that under exactOptionalPropertyTypes they are no ClientProxy. */
function asClientProxy(client: unknown): ClientProxy {
  return client as ClientProxy;
}

type NestNatsOptions = ConstructorParameters<typeof ServerNats>[0];

function nestOptions({ url, name }: NatsRpcOptions): NestNatsOptions {
  return connectionOptions({ url, name: `${name} rpc` });
}
