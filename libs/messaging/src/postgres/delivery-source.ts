import type { ConsumerName, Topic } from '@tollgate/contracts';
import { Coalescer } from '../consumption/coalescer.js';
import type { DeliverySource } from '../consumption/consumption-loop.js';
import { TrackedDelivery } from '../consumption/tracked-delivery.js';
import { Wakeup } from '../consumption/wakeup.js';
import type { ClaimedRow, PostgresQueue } from './queue.js';

/** Longest sleep between two looks at the queue: bounds the harm of a lost notification. */
const POLL_MS = 1_000;

export interface PostgresDeliverySourceInput {
  readonly queue: PostgresQueue;
  readonly topic: Topic;
  readonly consumer: ConsumerName;
  readonly batchMax: number;
  readonly ackWaitMs: number;
  readonly deliveriesMax: number;
  /** Asks to be woken by notifications; returns the end of it. */
  readonly subscribe: (wake: () => void) => () => void;
}

/** Claims due deliveries; when there are none, sleeps until a notification or the next due time. */
export class PostgresDeliverySource implements DeliverySource {
  private closed = false;
  private readonly wakeup = new Wakeup();
  private readonly acks: Coalescer<string>;
  private readonly unsubscribe: () => void;

  constructor(private readonly input: PostgresDeliverySourceInput) {
    const { queue, topic, consumer } = input;
    this.acks = new Coalescer((messages) => queue.ack(topic, consumer, messages));
    this.unsubscribe = input.subscribe(() => this.wakeup.wake());
  }

  async next(): Promise<readonly TrackedDelivery[]> {
    const { queue, topic, consumer, batchMax, ackWaitMs } = this.input;
    const rows = await queue.claim({ topic, consumer, limit: batchMax, ackWaitMs });
    if (rows.length === 0) {
      await this.sleep();
      return [];
    }
    await this.buryExhausted(rows);
    return rows.filter((row) => row.attempts <= this.input.deliveriesMax).map((row) => this.delivery(row));
  }

  close(): void {
    this.closed = true;
    this.unsubscribe();
    this.wakeup.wake();
  }

  private async sleep(): Promise<void> {
    const dueMs = await this.input.queue.nextDueMs(this.input.topic, this.input.consumer);
    if (this.closed) return;
    await this.wakeup.sleep(Math.min(Math.max(dueMs ?? POLL_MS, 1), POLL_MS));
  }

  /** Their last delivery ran out unsettled, e.g. because it kills the process that handles it. */
  private async buryExhausted(rows: readonly ClaimedRow[]): Promise<void> {
    const { queue, topic, consumer, deliveriesMax } = this.input;
    for (const { message, attempts } of rows) {
      if (attempts <= deliveriesMax) continue;
      const claim = { topic, consumer, message, attempts };
      await queue.bury(claim, `Not settled in ${attempts - 1} deliveries`, attempts - 1);
    }
  }

  private delivery(row: ClaimedRow): TrackedDelivery {
    const { queue, topic, consumer, deliveriesMax } = this.input;
    const claim = { topic, consumer, message: row.message, attempts: row.attempts };
    return new TrackedDelivery({
      id: row.message_id,
      topic,
      body: row.body,
      attempt: row.attempts,
      deliveriesMax,
      settlement: {
        ack: () => this.acks.add(row.message),
        retry: (delayMs) => queue.retry(claim, delayMs),
        bury: (reason) => queue.bury(claim, reason, row.attempts),
      },
    });
  }
}
