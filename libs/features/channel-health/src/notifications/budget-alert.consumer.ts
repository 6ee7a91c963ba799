import {
  type BudgetThresholdReachedV1,
  budgetThresholdReachedV1,
  type Clock,
  type NotificationRule,
} from '@tollgate/contracts';
import { type ConsumeOptions, type Consumption, type Delivery, type EventLog } from '@tollgate/messaging';
import { type Logger } from '@tollgate/telemetry';
import { type DataSource } from 'typeorm';
import { type OrganizationNames } from '../configuration/organization-names.js';
import { type NotificationStore } from '../database/notification-store.js';
import { budgetThreshold, type Notice } from './notice.js';

export interface BudgetAlertConsumerDependencies {
  readonly eventLog: EventLog;
  readonly dataSource: DataSource;
  readonly store: NotificationStore;
  readonly organizations: OrganizationNames;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What can't be stored now is tried until it can. */
const CONSUME_OPTIONS: ConsumeOptions = { deliveriesMax: 1_000_000 };
const RETRY_DELAY_MS = 1_000;

/**
 * Consumer of the topic `budget-alerts`, on the leading replica: what billing says of budgets is told by the rules that
 * want it. An event is remembered in the transaction that enqueues it, so that one which comes again changes nothing,
 * also after a cool-down or with other rules.
 */
export class BudgetAlertConsumer {
  #rules: readonly NotificationRule[] = [];
  #consumption: Promise<Consumption | undefined> | undefined;

  constructor(private readonly dependencies: BudgetAlertConsumerDependencies) {}

  /** Begins unless it listens already; called again and again. Never rejects. */
  listen(rules: readonly NotificationRule[]): void {
    this.#rules = rules;
    this.#consumption ??= this.#begin();
  }

  async stop(): Promise<void> {
    const consumption = this.#consumption;
    this.#consumption = undefined;
    await (await consumption)?.stop();
  }

  async #begin(): Promise<Consumption | undefined> {
    const { eventLog, logger } = this.dependencies;
    try {
      return await eventLog.consume(
        'budget-alerts',
        'channel-health',
        (deliveries) => this.#handle(deliveries),
        CONSUME_OPTIONS,
      );
    } catch (error) {
      logger.debug({ error }, 'Alerts of budgets can not be read now: trying again.');
      this.#consumption = undefined;
      return undefined;
    }
  }

  async #handle(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) {
      await this.#settle(delivery);
    }
  }

  async #settle(delivery: Delivery): Promise<void> {
    const event = budgetThresholdReachedV1.safeParse(delivery.body);
    if (!event.success) {
      const reason = event.error.issues[0]?.message ?? 'unreadable';
      return delivery.reject(`It is no alert of a budget: ${reason}.`);
    }
    const { dataSource, store, clock, logger } = this.dependencies;
    const now = clock.now();
    try {
      await dataSource.transaction(async (manager) => {
        if (await store.take(manager, event.data.id, now)) {
          await store.enqueue(manager, { notices: [this.#noticeOf(event.data)], rules: this.#rules, now });
        }
      });
    } catch (error) {
      logger.warn({ error, budgetId: event.data.budgetId }, 'An alert of a budget could not be stored yet.');
      return delivery.retry(RETRY_DELAY_MS);
    }
    return delivery.ack();
  }

  #noticeOf(event: BudgetThresholdReachedV1): Notice {
    const { organizationId } = event;
    const affected = this.dependencies.organizations.namesOf(organizationId === null ? [] : [organizationId]);
    return budgetThreshold(event, { affected });
  }
}
