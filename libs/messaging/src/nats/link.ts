import { GatewayError } from '@tollgate/contracts';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { MESSAGE_BYTES_MAX } from '../event-log.js';
import type { MessagingLogger } from '../logger.js';
import { reasonOf } from '../unavailable.js';
import { connectionOptions, hostsOf, type NatsAddress } from './connection-options.js';

export interface ConnectNatsOptions extends NatsAddress {
  readonly logger: MessagingLogger;
}

/**
 * Connects, and from then on reconnects for ever.
 * Rejects with `service_unavailable` when the first connection is not made within 5 s, and when the server takes smaller
 * messages only than `MESSAGE_BYTES_MAX`: a batch of usage that it refuses would wait for ever.
 */
export async function connectNats(options: ConnectNatsOptions): Promise<NatsLink> {
  const connection = await connectTo(options);
  const bytesMax = connection.info?.max_payload ?? MESSAGE_BYTES_MAX;
  if (bytesMax >= MESSAGE_BYTES_MAX) return new NatsLink(connection, options.logger);
  await connection.close();
  throw unavailable(
    options,
    `takes messages of ${bytesMax} bytes at most; set its max_payload to ${MESSAGE_BYTES_MAX} (the default) or more`,
  );
}

async function connectTo(options: ConnectNatsOptions): Promise<NatsConnection> {
  try {
    return await connect(connectionOptions(options));
  } catch (error) {
    throw unavailable(options, `could not be reached: ${reasonOf(error)}`, error);
  }
}

function unavailable({ url }: ConnectNatsOptions, what: string, cause?: unknown): GatewayError {
  const hosts = hostsOf(url).join(', ');
  return new GatewayError('service_unavailable', `NATS at ${hosts} ${what}.`, {
    cause,
    exposure: 'internal',
  });
}

/** A connection that knows whether it is up, so that calls can be refused at once instead of timing out. */
export class NatsLink {
  private up = true;
  private closing = false;
  private readonly disconnected = new Set<() => void>();
  private readonly reconnected = new Set<() => void>();

  constructor(
    readonly connection: NatsConnection,
    private readonly logger: MessagingLogger,
  ) {
    void this.follow();
  }

  get connected(): boolean {
    return this.up && !this.connection.isClosed();
  }

  /** Throws when a call could only time out. */
  assertConnected(): void {
    if (!this.connected) throw new Error('NATS is not connected');
  }

  onDisconnect(listener: () => void): () => void {
    this.disconnected.add(listener);
    return () => void this.disconnected.delete(listener);
  }

  onReconnect(listener: () => void): () => void {
    this.reconnected.add(listener);
    return () => void this.reconnected.delete(listener);
  }

  /** Lets go of the connection; what was published and not yet sent is sent first if the server is there. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    if (this.connected) await this.connection.drain().catch(() => this.connection.close());
    else await this.connection.close();
  }

  private async follow(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect' && this.up) this.lost();
      else if (type === 'reconnect') this.found();
    }
    this.lost();
  }

  private lost(): void {
    this.up = false;
    if (!this.closing) this.logger.warn({}, 'Lost the connection to NATS; reconnecting.');
    for (const listener of [...this.disconnected]) listener();
  }

  private found(): void {
    this.up = true;
    this.logger.info({}, 'Connected to NATS again.');
    for (const listener of [...this.reconnected]) listener();
  }
}
