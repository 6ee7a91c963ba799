import type { ConsumerName, Topic } from '@tollgate/contracts';

/** Of a body in JSON: every log takes so much. It is what NATS takes unless it is told otherwise. */
export const MESSAGE_BYTES_MAX = 2 ** 20;

/** One message to publish; pack many events into one message. */
export interface EventMessage {
  /** Unique for ever: the same id again, within the broker's window, stores nothing. */
  readonly id: string;
  /** Any JSON value, or an `EncodedBody`; with its id and headers no longer than `MESSAGE_BYTES_MAX`. */
  readonly body: unknown;
}

/** A body that is JSON already. Adapters that store bytes store these; to all others it is the value that they stand for. */
export class EncodedBody {
  constructor(readonly bytes: Buffer) {}

  toJSON(): unknown {
    return JSON.parse(this.bytes.toString('utf8'));
  }
}

/** The JSON of a body, for adapters that store text. */
export function jsonOfBody(body: unknown): string {
  return body instanceof EncodedBody ? body.bytes.toString('utf8') : JSON.stringify(body ?? null);
}

/** One message at one consumer. Exactly one of `ack`, `retry`, `reject` is called; none = redelivered after `ackWaitMs`. */
export interface Delivery {
  readonly id: string;
  readonly topic: Topic;
  readonly body: unknown;
  /** 1 on the first delivery. */
  readonly attempt: number;
  /** Done with it for ever. Resolves when the log knows. */
  ack(): Promise<void>;
  /** Deliver again after the delay; a message delivered `deliveriesMax` times becomes a dead letter. */
  retry(delayMs: number): Promise<void>;
  /** Never deliver again by itself: it becomes a dead letter with this reason. */
  reject(reason: string): Promise<void>;
}

/** Gets 1 to `batchMax` deliveries; batches of one consumer run one after the other. A throw retries the unsettled. */
export type DeliveryHandler = (deliveries: readonly Delivery[]) => Promise<void>;

export interface ConsumeOptions {
  /** Default 100. */
  readonly batchMax?: number;
  /** Time to settle a delivery before it is delivered again. Default 30,000. */
  readonly ackWaitMs?: number;
  /** Default 10. */
  readonly deliveriesMax?: number;
  /**
   * At least so long from the taking of one batch to that of the next, so that under load more comes at once. The first
   * after a pause waits for nothing, nor does what follows a full batch. Default 0.
   */
  readonly batchIntervalMs?: number;
}

export interface Consumption {
  /** Takes no further batch and resolves when the running handler has ended. */
  stop(): Promise<void>;
}

export interface DeadLetter {
  readonly id: string;
  readonly topic: Topic;
  readonly consumer: ConsumerName;
  readonly messageId: string;
  readonly body: unknown;
  readonly reason: string;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly diedAt: number;
}

export interface DeadLetters {
  /** Oldest first. */
  list(input: { readonly limit: number }): Promise<readonly DeadLetter[]>;
  /** Gives it to its consumer again, as a first delivery. `false`: there is no such dead letter. */
  replay(id: string): Promise<boolean>;
  /** `false`: there is no such dead letter. */
  discard(id: string): Promise<boolean>;
}

/**
 * The event log: at-least-once delivery of messages to the durable consumers that contracts declare for their topic
 * (`TOPICS`). Adapters: NATS JetStream, Postgres queue. Both pass `describeEventLog` of @tollgate/testing.
 */
export interface EventLog {
  /** Resolves once the message is stored; rejects when the log can't be reached, having possibly stored it. */
  publish(topic: Topic, message: EventMessage): Promise<void>;
  consume(
    topic: Topic,
    consumer: ConsumerName,
    handler: DeliveryHandler,
    options?: ConsumeOptions,
  ): Promise<Consumption>;
  readonly deadLetters: DeadLetters;
  /** Rejects with one clear sentence when the log can't be reached now. */
  ping(): Promise<void>;
  /** Stops every consumption and lets go of connections that it opened itself. */
  close(): Promise<void>;
}
