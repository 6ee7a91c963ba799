import { TOPICS, type ConsumerName, type Topic } from '@tollgate/contracts';
import { MESSAGE_BYTES_MAX } from '@tollgate/messaging';
import type {
  ConsumeOptions,
  Consumption,
  DeadLetter,
  DeadLetters,
  Delivery,
  DeliveryHandler,
  EventLog,
  EventMessage,
} from '@tollgate/messaging';

interface Queued {
  readonly message: EventMessage;
  readonly topic: Topic;
  attempt: number;
}

/**
 * An event log in memory. `away` makes publishing reject, as does a message that is too large; `forget()` loses what was acknowledged and not consumed,
 * as a broker may that acknowledges before it syncs. Ids are deduplicated for ever.
 */
export class FakeEventLog implements EventLog {
  away = false;
  /** Every message that was stored, in order. */
  readonly published: { readonly topic: Topic; readonly message: EventMessage }[] = [];
  /** Calls of `publish`, refused and duplicate ones included. */
  publishCalls = 0;
  readonly deadLetters: DeadLetters;
  readonly #ids = new Set<string>();
  readonly #queues = new Map<string, Queued[]>();
  readonly #wakers = new Map<string, () => void>();
  readonly #dead: { letter: DeadLetter; queued: Queued }[] = [];

  constructor() {
    this.deadLetters = {
      list: async ({ limit }) => this.#dead.slice(0, limit).map(({ letter }) => letter),
      replay: async (id) => this.#takeDead(id, true),
      discard: async (id) => this.#takeDead(id, false),
    };
  }

  async publish(topic: Topic, message: EventMessage): Promise<void> {
    this.publishCalls += 1;
    if (this.away) throw new Error('The event log is away.');
    const id = `${topic}/${message.id}`;
    if (this.#ids.has(id)) return;
    const json = JSON.stringify(message.body);
    if (Buffer.byteLength(json) > MESSAGE_BYTES_MAX) throw new Error('The message is too large.');
    this.#ids.add(id);
    const stored = { id: message.id, body: JSON.parse(json) as unknown };
    this.published.push({ topic, message: stored });
    for (const consumer of TOPICS[topic].consumers)
      this.#enqueue(consumer, { message: stored, topic, attempt: 1 });
  }

  /** Loses every message that no consumer has taken, but not the memory of its id. */
  forget(): void {
    for (const queue of this.#queues.values()) queue.length = 0;
  }

  async consume(
    topic: Topic,
    consumer: ConsumerName,
    handler: DeliveryHandler,
    options: ConsumeOptions = {},
  ): Promise<Consumption> {
    let stopped = false;
    const reader = readerOf(topic, consumer);
    const run = async (): Promise<void> => {
      while (!stopped) {
        const batch = this.#queue(reader).splice(0, options.batchMax ?? 100);
        if (batch.length === 0) await new Promise<void>((wake) => this.#wakers.set(reader, wake));
        else await this.#deliver(consumer, batch, handler, options.deliveriesMax ?? 10);
      }
    };
    const running = run();
    return {
      stop: async () => {
        stopped = true;
        this.#wakers.get(reader)?.();
        await running;
      },
    };
  }

  async ping(): Promise<void> {
    if (this.away) throw new Error('The event log is away.');
  }

  async close(): Promise<void> {
    for (const wake of this.#wakers.values()) wake();
  }

  async #deliver(
    consumer: ConsumerName,
    batch: readonly Queued[],
    handler: DeliveryHandler,
    deliveriesMax: number,
  ): Promise<void> {
    const settled = new Set<Queued>();
    const again = (queued: Queued): void => {
      settled.add(queued);
      if (queued.attempt >= deliveriesMax) this.#bury(consumer, queued, 'delivered too often');
      else this.#enqueue(consumer, { ...queued, attempt: queued.attempt + 1 });
    };
    const deliveries = batch.map((queued): Delivery => ({
      id: queued.message.id,
      topic: queued.topic,
      body: queued.message.body,
      attempt: queued.attempt,
      ack: async () => void settled.add(queued),
      retry: async () => {
        again(queued);
      },
      reject: async (reason) => {
        settled.add(queued);
        this.#bury(consumer, queued, reason);
      },
    }));
    try {
      await handler(deliveries);
    } catch {
      // As a real log does: what the handler left unsettled comes again.
      for (const queued of batch) if (!settled.has(queued)) again(queued);
    }
  }

  #bury(consumer: ConsumerName, queued: Queued, reason: string): void {
    const { message, topic, attempt } = queued;
    const id = `${consumer}/${message.id}`;
    const letter = {
      id,
      topic,
      consumer,
      messageId: message.id,
      body: message.body,
      reason,
      attempts: attempt,
    };
    this.#dead.push({ letter: { ...letter, diedAt: Date.now() }, queued });
  }

  #takeDead(id: string, replay: boolean): boolean {
    const index = this.#dead.findIndex(({ letter }) => letter.id === id);
    const [found] = index < 0 ? [] : this.#dead.splice(index, 1);
    if (found !== undefined && replay) this.#enqueue(found.letter.consumer, { ...found.queued, attempt: 1 });
    return found !== undefined;
  }

  #enqueue(consumer: ConsumerName, queued: Queued): void {
    const reader = readerOf(queued.topic, consumer);
    this.#queue(reader).push(queued);
    this.#wakers.get(reader)?.();
  }

  #queue(reader: string): Queued[] {
    let queue = this.#queues.get(reader);
    if (queue === undefined) {
      queue = [];
      this.#queues.set(reader, queue);
    }
    return queue;
  }
}

/** Each consumer has a queue a topic. */
const readerOf = (topic: Topic, consumer: ConsumerName): string => `${topic} ${consumer}`;
