import type { Clock } from '@tollgate/contracts';
import type { ConsumeOptions, Delivery } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { BudgetAlert } from '../budgets/budget-alerts.js';
import type { BillingMetrics } from '../billing-metrics.js';
import { decodeBatch, type DecodedBatch } from './decode-batch.js';
import type { UsageCommitter } from './usage-committer.js';

export interface UsageConsumerDependencies {
  readonly committer: UsageCommitter;
  readonly metrics: BillingMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after a commit: watermarks and balances have something to publish, and somebody perhaps to be told. */
  readonly committed: (alerts: readonly BudgetAlert[]) => void;
}

/**
 * While Postgres is away a message is retried for as long as it takes: it never becomes a dead letter for that. Under
 * load messages are gathered, as much of a commit costs the same for one as for many.
 */
export const USAGE_CONSUME_OPTIONS: ConsumeOptions = {
  batchMax: 100,
  deliveriesMax: 1_000_000,
  batchIntervalMs: 200,
};

const EVENTS_PER_COMMIT_MAX = 2_000;
const RETRY_DELAY_MS = 1_000;
const RETRY_DELAY_MAX_MS = 30_000;

interface Received {
  readonly delivery: Delivery;
  readonly batch: DecodedBatch;
}

/** Consumer of the topic `usage`: acknowledges a message when all of it is committed, never before. */
export class UsageConsumer {
  constructor(private readonly dependencies: UsageConsumerDependencies) {}

  async handle(deliveries: readonly Delivery[]): Promise<void> {
    const received: Received[] = [];
    for (const delivery of deliveries) {
      const result = decodeBatch(delivery, this.dependencies.clock.now());
      if (result.status === 'decoded') received.push({ delivery, batch: result.batch });
      else await this.#refuse(delivery, result.reason);
    }
    for (const portion of portions(received)) await this.#commit(portion);
  }

  async #commit(received: readonly Received[]): Promise<void> {
    const { committer, metrics, logger, committed } = this.dependencies;
    const ended = metrics.commitSeconds.startTimer();
    let alerts: readonly BudgetAlert[];
    try {
      const summary = await committer.commit(received.map(({ batch }) => batch));
      metrics.events.inc({ result: 'recorded' }, summary.recorded);
      metrics.events.inc({ result: 'duplicate' }, summary.duplicates);
      alerts = summary.alerts;
      for (const kind of summary.findings) metrics.findings.inc({ kind });
    } catch (error) {
      logger.error({ error, messages: received.length }, 'could not commit usage events, will try again');
      metrics.commitFailures.inc();
      await Promise.all(received.map(({ delivery }) => delivery.retry(retryDelayMs(delivery.attempt))));
      return;
    }
    ended();
    committed(alerts);
    await Promise.all(received.map(({ delivery }) => delivery.ack()));
  }

  async #refuse(delivery: Delivery, reason: string): Promise<void> {
    const { metrics, logger } = this.dependencies;
    logger.error(
      { messageId: delivery.id, reason },
      'a usage message is not what the contract says: dead letter',
    );
    metrics.events.inc({ result: 'unreadable' });
    await delivery.reject(reason);
  }
}

const retryDelayMs = (attempt: number): number =>
  Math.min(RETRY_DELAY_MAX_MS, RETRY_DELAY_MS * 2 ** Math.min(attempt - 1, 10));

/** Cuts what came into transactions of bounded size; a message is never cut. */
function portions(received: readonly Received[]): Received[][] {
  const cut: Received[][] = [];
  let room = 0;
  for (const item of received) {
    const size = item.batch.events.length + item.batch.rejected.length;
    const last = cut.at(-1);
    if (last === undefined || size > room) {
      cut.push([item]);
      room = EVENTS_PER_COMMIT_MAX - size;
    } else {
      last.push(item);
      room -= size;
    }
  }
  return cut;
}
