import { type Clock, type NotificationRule } from '@tollgate/contracts';
import { type Logger } from '@tollgate/telemetry';
import { type DataSource } from 'typeorm';
import { type NotificationStore, type StoredNotification } from '../database/notification-store.js';
import { type NotificationChannels } from './notification-channels.js';

export interface NotifierDependencies {
  readonly dataSource: DataSource;
  readonly store: NotificationStore;
  readonly channels: NotificationChannels;
  readonly clock: Clock;
  readonly logger: Logger;
}

const BATCH_MAX = 20;
const ATTEMPTS_MAX = 12;
const BACKOFF_MS = 5_000;
const BACKOFF_MAX_MS = 3_600_000;

/**
 * Sends what is due, on the leading replica. At least once: a receiver may get a notification again, under the same id,
 * when its answer was lost, or the replica died or was stopped before it was marked.
 */
export class Notifier {
  #sending: Promise<void> | undefined;

  constructor(private readonly dependencies: NotifierDependencies) {}

  /** Begins unless it is under way. Never rejects. */
  run(rules: readonly NotificationRule[], isLeading: () => boolean): Promise<void> {
    this.#sending ??= this.#sendDue(rules, isLeading).finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendDue(rules: readonly NotificationRule[], isLeading: () => boolean): Promise<void> {
    const { dataSource, store, clock, logger } = this.dependencies;
    try {
      const due = await store.due(dataSource, clock.now(), BATCH_MAX);
      // They are the next leader's when this replica was stopped meanwhile.
      if (!isLeading()) {
        return;
      }
      await Promise.all(due.map((notification) => this.#send(notification, rules)));
    } catch (error) {
      logger.warn({ error }, 'Notifications could not be sent: trying again.');
    }
  }

  async #send(notification: StoredNotification, rules: readonly NotificationRule[]): Promise<void> {
    const { dataSource, store, channels, clock, logger } = this.dependencies;
    const rule = rules.find(({ name }) => name === notification.rule);
    const { id, attempts } = notification;
    if (rule === undefined) {
      await store.failed(dataSource, id, { error: 'the rule no longer exists', nextAttemptAt: null });
      return;
    }
    try {
      await channels.deliver(notification, rule);
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      const nextAttemptAt = attempts + 1 >= ATTEMPTS_MAX ? null : clock.now() + backoffMs(attempts);
      logger.warn({ rule: rule.name, error, attempts: attempts + 1 }, 'A notification was not delivered.');
      await store.failed(dataSource, id, { error, nextAttemptAt });
      return;
    }
    await store.delivered(dataSource, id, clock.now());
  }
}

function backoffMs(attempts: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** attempts);
}
