import { budgetDefinedV1, type BudgetDefinedV1, type Clock } from '@tollgate/contracts';
import type { ConsumeOptions, Delivery } from '@tollgate/messaging';
import { withTransaction } from '@tollgate/persistence';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { isDataFault } from '../database/query.js';
import type { BudgetAlert } from './budget-alerts.js';
import { announceBudgetAlerts } from './budget-announcements.js';
import type { BudgetDefinitions } from './budget-definitions.js';

export interface BudgetConsumerDependencies {
  readonly dataSource: DataSource;
  readonly definitions: BudgetDefinitions;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after a definition was taken over. */
  readonly committed: (alerts: readonly BudgetAlert[]) => void;
}

export const BUDGET_CONSUME_OPTIONS: ConsumeOptions = { deliveriesMax: 1_000_000 };
const RETRY_DELAY_MS = 1_000;

/** Consumer of the topic `budgets`. */
export class BudgetConsumer {
  constructor(private readonly dependencies: BudgetConsumerDependencies) {}

  async handle(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) await this.#settle(delivery);
  }

  async #settle(delivery: Delivery): Promise<void> {
    const event = budgetDefinedV1.safeParse(delivery.body);
    if (!event.success)
      return delivery.reject(event.error.issues[0]?.message ?? 'not what the contract says');
    const { logger, committed } = this.dependencies;
    try {
      committed(await this.#apply(event.data));
    } catch (error) {
      if (isDataFault(error))
        return delivery.reject(error instanceof Error ? error.message : 'refused by Postgres');
      logger.error({ error, budgetId: event.data.budgetId }, 'could not take a budget over, will try again');
      return delivery.retry(RETRY_DELAY_MS);
    }
    return delivery.ack();
  }

  #apply(event: BudgetDefinedV1): Promise<BudgetAlert[]> {
    const { dataSource, definitions, clock } = this.dependencies;
    return withTransaction(dataSource, async (manager) => {
      const alerts = await definitions.apply(manager, event, clock.now());
      await announceBudgetAlerts(manager, alerts, clock.now());
      return alerts;
    });
  }
}
