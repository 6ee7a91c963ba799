import { TOPICS, systemClock, type Clock, type ConsumerName, type Topic } from '@tollgate/contracts';
import type pg from 'pg';
import { withDefaults } from '../consumption/consume-options.js';
import { ConsumptionLoop } from '../consumption/consumption-loop.js';
import type {
  ConsumeOptions,
  Consumption,
  DeadLetters,
  DeliveryHandler,
  EventLog,
  EventMessage,
} from '../event-log.js';
import type { MessagingLogger } from '../logger.js';
import { reasonOf, unavailable } from '../unavailable.js';
import { PostgresConnection } from './connection.js';
import { PostgresDeliverySource } from './delivery-source.js';
import { PostgresQueue } from './queue.js';
import { DEFAULT_SCHEMA } from './schema.js';

const PRUNE_EVERY_MS = 60_000;

export interface PostgresMessagingOptions {
  /** Exactly one of the three: a connection shared with the other adapter, the caller's pool, or an address. */
  readonly connection?: PostgresConnection;
  readonly pool?: pg.Pool;
  readonly databaseUrl?: string;
  /** Default `messaging`; `ensureMessagingSchema` makes it. */
  readonly schema?: string;
  readonly logger: MessagingLogger;
}

export interface PostgresEventLogOptions extends PostgresMessagingOptions {
  /** Decides when pruning is due. */
  readonly clock?: Clock;
  /** How long a message id is remembered. Default 10 minutes. */
  readonly duplicateWindowMs?: number;
}

/** The event log as queue tables in Postgres. Calls reject with `service_unavailable` when it can't be reached. */
export class PostgresEventLog implements EventLog {
  readonly deadLetters: DeadLetters;
  private readonly connection: PostgresConnection;
  private readonly ownsConnection: boolean;
  private readonly queue: PostgresQueue;
  private readonly clock: Clock;
  private readonly consumptions = new Set<Consumption>();
  private pruneAfter = 0;
  private pruning: Promise<void> = Promise.resolve();

  constructor(private readonly options: PostgresEventLogOptions) {
    this.ownsConnection = options.connection === undefined;
    this.connection = options.connection ?? new PostgresConnection(options);
    this.queue = new PostgresQueue(this.connection.pool, options.schema ?? DEFAULT_SCHEMA);
    this.clock = options.clock ?? systemClock;
    this.deadLetters = deadLettersOf(this.queue);
  }

  async publish(topic: Topic, message: EventMessage): Promise<void> {
    try {
      await this.queue.store({ topic, message, consumers: TOPICS[topic].consumers });
    } catch (error) {
      throw unavailable(`The event log could not store a message of topic ${topic}`, error);
    }
    this.pruneWhenDue();
  }

  async consume(
    topic: Topic,
    consumer: ConsumerName,
    handler: DeliveryHandler,
    options?: ConsumeOptions,
  ): Promise<Consumption> {
    const chosen = withDefaults(options);
    const source = new PostgresDeliverySource({
      queue: this.queue,
      topic,
      consumer,
      ...chosen,
      subscribe: (wake) => this.wakeOn(topic, wake),
    });
    const loop = new ConsumptionLoop({
      name: `${topic}/${consumer}`,
      source,
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

  ping(): Promise<void> {
    return this.connection.ping();
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumptions].map((consumption) => consumption.stop()));
    await this.pruning;
    if (this.ownsConnection) await this.connection.close();
  }

  private wakeOn(topic: Topic, wake: () => void): () => void {
    const listening = this.connection.listen(this.queue.channel, {
      notified: (notifiedTopic) => {
        if (notifiedTopic === topic) wake();
      },
      listening: wake,
    });
    return () => listening.stop();
  }

  private pruneWhenDue(): void {
    if (this.clock.monotonic() < this.pruneAfter) return;
    this.pruneAfter = this.clock.monotonic() + PRUNE_EVERY_MS;
    this.pruning = this.queue.prune(this.options.duplicateWindowMs ?? 600_000).catch((error: unknown) => {
      this.options.logger.warn(
        { reason: reasonOf(error) },
        'Could not prune the event log; trying again later.',
      );
    });
  }
}

function deadLettersOf(queue: PostgresQueue): DeadLetters {
  const answer = async <Value>(work: Promise<Value>): Promise<Value> => {
    try {
      return await work;
    } catch (error) {
      throw unavailable('The dead letters could not be reached', error);
    }
  };
  const isId = (id: string): boolean => /^\d{1,18}$/.test(id);
  return {
    list: ({ limit }) => answer(queue.listDeadLetters(limit)),
    replay: async (id) => isId(id) && (await answer(queue.replay(id))),
    discard: async (id) => isId(id) && (await answer(queue.discard(id))),
  };
}
