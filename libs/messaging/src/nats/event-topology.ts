import { TOPICS, type ConsumerName, type Topic } from '@tollgate/contracts';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { MessagingLogger } from '../logger.js';
import { reasonOf } from '../unavailable.js';
import { makeBesideOthers, orAbsent, type JetStream } from './jetstream.js';
import { purgeForgetsPending } from './server-version.js';

const DUPLICATE_WINDOW_MS = 600_000;

export interface EventTopologyInput {
  readonly jetStream: JetStream;
  readonly namespace: string;
  /** Copies of each stream in a cluster. */
  readonly replicas: number;
  readonly logger: MessagingLogger;
}

/**
 * The streams and durable consumers of all topics. A stream keeps what it has until every declared consumer
 * acknowledged it (`trim`). That is not JetStream's interest retention, which drops what is published
 * between the making of a stream and that of its consumers, e.g. after a server lost its data.
 */
export class EventTopology {
  /** Rises whenever the server's side may have changed. */
  generation = 0;
  private ensured: Promise<void> | undefined;

  constructor(private readonly input: EventTopologyInput) {}

  streamOf(topic: Topic): string {
    return `${this.input.namespace}_${topic}`;
  }

  subjectOf(topic: Topic): string {
    return `${this.input.namespace}.events.${topic}.all`;
  }

  /** Every consumer of the topic gets it; all but this one skip it. */
  replaySubjectOf(topic: Topic, consumer: ConsumerName): string {
    return `${this.input.namespace}.events.${topic}.for.${consumer}`;
  }

  get deadLetterStream(): string {
    return `${this.input.namespace}_dead-letters`;
  }

  get deadLetterSubject(): string {
    return `${this.input.namespace}.dead-letters`;
  }

  /** Makes what is missing, once until `invalidate`. Any number of processes may do so at once. */
  ensure(): Promise<void> {
    this.ensured ??= this.makeAll().catch((error: unknown) => {
      this.invalidate();
      throw error;
    });
    return this.ensured;
  }

  invalidate(): void {
    this.generation += 1;
    this.ensured = undefined;
  }

  /** After a reconnect: the server may be another one, or have lost its data. Later use tries again if this fails. */
  async renew(): Promise<void> {
    this.invalidate();
    try {
      await this.ensure();
    } catch (error) {
      this.input.logger.warn(
        { reason: reasonOf(error) },
        'Could not check the event streams; trying again on use.',
      );
    }
  }

  /** Gives the consumer its settling time. */
  async fit(topic: Topic, consumer: ConsumerName, ackWaitMs: number): Promise<void> {
    const { consumers } = await this.input.jetStream.manager();
    const found = await consumers.info(this.streamOf(topic), consumer);
    if (found.config.ack_wait === nanos(ackWaitMs)) return;
    await consumers.update(this.streamOf(topic), consumer, { ack_wait: nanos(ackWaitMs) });
  }

  /** Deletes what every consumer has acknowledged. */
  async trim(topic: Topic): Promise<void> {
    const { jetStream } = this.input;
    const manager = await jetStream.manager();
    const stream = this.streamOf(topic);
    const consumers = await Promise.all(
      TOPICS[topic].consumers.map((consumer) => manager.consumers.info(stream, consumer)),
    );
    const inHand = consumers.some(({ num_ack_pending: pending }) => pending > 0);
    if (inHand && purgeForgetsPending(jetStream.serverVersion)) return;
    const settled = Math.min(...consumers.map(({ ack_floor: floor }) => floor.stream_seq));
    if (settled > 0) await manager.streams.purge(stream, { seq: settled + 1 });
  }

  private async makeAll(): Promise<void> {
    const manager = await this.input.jetStream.manager();
    for (const topic of Object.keys(TOPICS) as Topic[]) {
      await this.makeStream(manager, this.streamOf(topic), `${this.input.namespace}.events.${topic}.>`);
      for (const consumer of TOPICS[topic].consumers)
        await this.makeConsumer(manager, this.streamOf(topic), consumer);
    }
    await this.makeStream(manager, this.deadLetterStream, this.deadLetterSubject);
  }

  /** An existing one is left as it is: its limits may be an operator's. */
  private async makeStream(manager: JetStreamManager, name: string, subject: string): Promise<void> {
    const config: Partial<StreamConfig> & { name: string } = {
      name,
      subjects: [subject],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
      num_replicas: this.input.replicas,
    };
    await makeBesideOthers(
      async () => (await orAbsent(manager.streams.info(name))) ?? (await manager.streams.add(config)),
    );
  }

  private async makeConsumer(manager: JetStreamManager, stream: string, consumer: string): Promise<void> {
    if ((await orAbsent(manager.consumers.info(stream, consumer))) !== undefined) return;
    await manager.consumers.add(stream, {
      durable_name: consumer,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      // How often is for the consumption to count: JetStream would only stop delivering, without a dead letter.
      max_deliver: -1,
      max_ack_pending: 10_000,
    });
  }
}
