import { organizationAccount } from '@tollgate/admission';
import { organizationCreatedV1, parseUsd, type Clock, type OrganizationCreatedV1 } from '@tollgate/contracts';
import type { ConsumeOptions, Delivery } from '@tollgate/messaging';
import { withTransaction } from '@tollgate/persistence';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { isDataFault } from '../database/query.js';
import { noteFindings } from '../findings/finding.js';
import { SYSTEM_ACCOUNTS } from '../ledger/ledger-entry.js';
import type { Ledger } from '../ledger/ledger.js';
import type { QuotaBook } from '../quota/quota-book.js';
import { storeNames } from '../usage/names.js';

export interface OrganizationConsumerDependencies {
  readonly dataSource: DataSource;
  readonly ledger: Ledger;
  readonly quotaBook: QuotaBook;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after an account was opened. */
  readonly committed: () => void;
}

export const ORGANIZATION_CONSUME_OPTIONS: ConsumeOptions = { deliveriesMax: 1_000_000 };
const RETRY_DELAY_MS = 1_000;

/** Consumer of the topic `organizations`: opens accounts, each with its opening credit, once. */
export class OrganizationConsumer {
  constructor(private readonly dependencies: OrganizationConsumerDependencies) {}

  async handle(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) await this.#settle(delivery);
    this.dependencies.committed();
  }

  async #settle(delivery: Delivery): Promise<void> {
    const event = organizationCreatedV1.safeParse(delivery.body);
    if (!event.success)
      return delivery.reject(event.error.issues[0]?.message ?? 'not what the contract says');
    const { dataSource, logger } = this.dependencies;
    try {
      await withTransaction(dataSource, (manager) => this.#open(manager, event.data));
    } catch (error) {
      if (isDataFault(error))
        return delivery.reject(error instanceof Error ? error.message : 'refused by Postgres');
      logger.error(
        { error, organizationId: event.data.organizationId },
        'could not open an account, will try again',
      );
      return delivery.retry(RETRY_DELAY_MS);
    }
    return delivery.ack();
  }

  async #open(manager: EntityManager, event: OrganizationCreatedV1): Promise<void> {
    const { ledger, quotaBook, clock } = this.dependencies;
    const { organizationId, name, occurredAt } = event;
    const account = organizationAccount(organizationId);
    await storeNames(manager, [{ kind: 'organization', id: organizationId, name, seenAt: occurredAt }]);
    await quotaBook.open(manager, account);
    const amount = parseUsd(event.openingBalance) ?? 0n;
    if (amount === 0n) return;
    await quotaBook.credit(manager, new Map([[account, amount]]));
    const [result] = await ledger.record(manager, [
      {
        kind: 'opening',
        idempotencyKey: `opening:${organizationId}`,
        description: 'opening credit',
        at: occurredAt,
        postings: [
          { account: SYSTEM_ACCOUNTS.creditIssued, amount: -amount },
          { account, amount },
        ],
      },
    ]);
    if (result?.status === 'recorded') return;
    await quotaBook.credit(manager, new Map([[account, -amount]]));
    if (result?.status !== 'conflict') return;
    const details = { openingBalance: event.openingBalance };
    await noteFindings(manager, [{ kind: 'opening_conflict', organizationId, details }], clock.now());
  }
}
