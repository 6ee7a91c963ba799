import { systemClock, type Clock, type ConsumerName, type Topic } from '@tollgate/contracts';
import { headers } from '@nats-io/transport-node';
import { withDefaults } from '../consumption/consume-options.js';
import { ConsumptionLoop } from '../consumption/consumption-loop.js';
import {
  EncodedBody,
  jsonOfBody,
  type ConsumeOptions,
  type Consumption,
  type DeliveryHandler,
  type EventLog,
  type EventMessage,
} from '../event-log.js';
import type { MessagingLogger } from '../logger.js';
import { unavailable } from '../unavailable.js';
import { NatsDeadLetters } from './dead-letters.js';
import { NatsDeliverySource } from './delivery-source.js';
import { EventTopology } from './event-topology.js';
import { isMissing, JetStream } from './jetstream.js';
import type { NatsLink } from './link.js';
import { MESSAGE_ID_HEADER } from './message-id-header.js';

export interface NatsMessagingOptions {
  /** From `connectNats`; it stays the caller's to close. */
  readonly connection: NatsLink;
  /** First part of every subject, stream and bucket name. Default `tollgate`. */
  readonly namespace?: string;
  /** Copies of each stream in a NATS cluster. Default 1. */
  readonly replicas?: number;
  readonly logger: MessagingLogger;
}

export interface NatsEventLogOptions extends NatsMessagingOptions {
  /** Dates dead letters. */
  readonly clock?: Clock;
}

/**
 * The event log on JetStream. Without a connection calls reject at once, and within 3 s when the server does not
 * answer, with `service_unavailable`.
 */
export class NatsEventLog implements EventLog {
  readonly deadLetters: NatsDeadLetters;
  private readonly link: NatsLink;
  private readonly jetStream: JetStream;
  private readonly topology: EventTopology;
  private readonly consumptions = new Set<Consumption>();
  private readonly forgetReconnect: () => void;

  constructor(private readonly options: NatsEventLogOptions) {
    const clock = options.clock ?? systemClock;
    this.link = options.connection;
    this.jetStream = new JetStream(this.link);
    this.topology = new EventTopology({
      jetStream: this.jetStream,
      namespace: options.namespace ?? 'tollgate',
      replicas: options.replicas ?? 1,
      logger: options.logger,
    });
    this.deadLetters = new NatsDeadLetters(this.jetStream, this.topology, () => clock.now());
    this.forgetReconnect = this.link.onReconnect(() => void this.topology.renew());
  }

  async publish(topic: Topic, message: EventMessage): Promise<void> {
    try {
      await this.topology.ensure();
      await this.store(topic, message).catch(async (error: unknown) => {
        if (!isMissing(error)) throw error;
        this.topology.invalidate();
        await this.topology.ensure();
        await this.store(topic, message);
      });
    } catch (error) {
      throw unavailable(`The event log could not store a message of topic ${topic}`, error);
    }
  }

  async consume(
    topic: Topic,
    consumer: ConsumerName,
    handler: DeliveryHandler,
    options?: ConsumeOptions,
  ): Promise<Consumption> {
    const { link, topology, deadLetters } = this;
    const chosen = withDefaults(options);
    const loop = new ConsumptionLoop({
      name: `${topic}/${consumer}`,
      source: new NatsDeliverySource({ link, topology, deadLetters, topic, consumer, ...chosen }),
      handler,
      batchMax: chosen.batchMax,
      batchIntervalMs: chosen.batchIntervalMs,
      logger: this.options.logger,
    });
    this.consumptions.add(loop);
    return {
      stop: async () => {
        await loop.stop();
        this.consumptions.delete(loop);
      },
    };
  }

  async ping(): Promise<void> {
    try {
      await this.jetStream.ping();
    } catch (error) {
      throw unavailable('The event log could not be reached', error);
    }
  }

  async close(): Promise<void> {
    this.forgetReconnect();
    await Promise.all([...this.consumptions].map((consumption) => consumption.stop()));
  }

  private async store(topic: Topic, { id, body }: EventMessage): Promise<void> {
    this.link.assertConnected();
    const header = headers();
    header.set(MESSAGE_ID_HEADER, id);
    const payload = body instanceof EncodedBody ? body.bytes : jsonOfBody(body);
    await this.jetStream.client.publish(this.topology.subjectOf(topic), payload, {
      msgID: id,
      headers: header,
    });
  }
}
