import type { Consumption, DeliveryHandler } from '../event-log.js';
import type { MessagingLogger } from '../logger.js';
import { reasonOf } from '../unavailable.js';
import { backoffMs, redeliveryDelayMs } from './backoff.js';
import type { TrackedDelivery } from './tracked-delivery.js';
import { Wakeup } from './wakeup.js';

/** Where an adapter's deliveries come from. */
export interface DeliverySource {
  /** Waits for deliveries, within a bound of its own; an empty batch only means: ask again. */
  next(): Promise<readonly TrackedDelivery[]>;
  /** Ends a waiting `next` soon; called once, at the end. */
  close(): void;
}

export interface ConsumptionLoopInput {
  /** For logs: `topic/consumer`. */
  readonly name: string;
  readonly source: DeliverySource;
  readonly handler: DeliveryHandler;
  readonly batchMax: number;
  readonly batchIntervalMs: number;
  readonly logger: MessagingLogger;
}

/** Takes batches and hands them to the handler, one after the other, for ever: outages only make it wait. */
export class ConsumptionLoop implements Consumption {
  private stopped = false;
  private failures = 0;
  private readonly wakeup = new Wakeup();
  private readonly done: Promise<void>;

  constructor(private readonly input: ConsumptionLoopInput) {
    this.done = this.run();
  }

  stop(): Promise<void> {
    if (!this.stopped) {
      this.stopped = true;
      this.input.source.close();
      this.wakeup.wake();
    }
    return this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const batch = await this.take();
      if (batch.length === 0) continue;
      const takenAt = performance.now();
      await this.handle(batch);
      if (batch.length < this.input.batchMax) await this.letMoreCome(takenAt);
    }
  }

  private async letMoreCome(takenAt: number): Promise<void> {
    const restMs = takenAt + this.input.batchIntervalMs - performance.now();
    if (restMs > 0) await this.wakeup.sleep(restMs);
  }

  private async take(): Promise<readonly TrackedDelivery[]> {
    try {
      const batch = await this.input.source.next();
      if (this.failures > 0) this.input.logger.info({ consumer: this.input.name }, 'Consuming again.');
      this.failures = 0;
      return batch;
    } catch (error) {
      if (!this.stopped) await this.waitOutFailure(error);
      return [];
    }
  }

  private async waitOutFailure(error: unknown): Promise<void> {
    this.failures += 1;
    if (this.failures === 1) {
      this.input.logger.warn(
        { consumer: this.input.name, reason: reasonOf(error) },
        'Cannot take messages from the event log; trying again until it answers.',
      );
    }
    await this.wakeup.sleep(backoffMs(this.failures, 100, 2_000));
  }

  private async handle(batch: readonly TrackedDelivery[]): Promise<void> {
    try {
      await this.input.handler(batch);
    } catch (error) {
      const unsettled = batch.filter((delivery) => !delivery.settled);
      this.input.logger.warn(
        { consumer: this.input.name, unsettled: unsettled.length, reason: reasonOf(error) },
        'A batch failed; its unsettled messages will be delivered again.',
      );
      // A retry that fails too needs nothing more: the message comes back when its time to settle is over.
      await Promise.allSettled(
        unsettled.map((delivery) => delivery.retry(redeliveryDelayMs(delivery.attempt))),
      );
    }
  }
}
