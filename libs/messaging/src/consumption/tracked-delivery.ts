import type { Topic } from '@tollgate/contracts';
import type { Delivery } from '../event-log.js';

/** How an adapter carries out what the handler decided. */
export interface Settlement {
  ack(): Promise<void>;
  retry(delayMs: number): Promise<void>;
  bury(reason: string): Promise<void>;
}

export interface TrackedDeliveryInput {
  readonly id: string;
  readonly topic: Topic;
  readonly body: unknown;
  readonly attempt: number;
  readonly deliveriesMax: number;
  readonly settlement: Settlement;
}

/** A delivery that knows whether it is settled: the first decision counts, a failed one can be taken again. */
export class TrackedDelivery implements Delivery {
  readonly id: string;
  readonly topic: Topic;
  readonly body: unknown;
  readonly attempt: number;
  private decision: Promise<void> | undefined;

  constructor(private readonly input: TrackedDeliveryInput) {
    this.id = input.id;
    this.topic = input.topic;
    this.body = input.body;
    this.attempt = input.attempt;
  }

  get settled(): boolean {
    return this.decision !== undefined;
  }

  ack(): Promise<void> {
    return this.decide(() => this.input.settlement.ack());
  }

  retry(delayMs: number): Promise<void> {
    if (this.attempt >= this.input.deliveriesMax) {
      return this.reject(`Not settled in ${this.attempt} deliveries`);
    }
    return this.decide(() => this.input.settlement.retry(delayMs));
  }

  reject(reason: string): Promise<void> {
    return this.decide(() => this.input.settlement.bury(reason));
  }

  private decide(carryOut: () => Promise<void>): Promise<void> {
    this.decision ??= carryOut().catch((error: unknown) => {
      this.decision = undefined;
      throw error;
    });
    return this.decision;
  }
}
