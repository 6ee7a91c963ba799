import type { QuotaStore } from '@tollgate/admission';
import type { Clock, PriceCardId, UsageRecordedV1 } from '@tollgate/contracts';
import { openDatabase } from '@tollgate/persistence';
import { noopLogger } from '@tollgate/telemetry';
import {
  createTestDatabase,
  FakeDocumentStore,
  usageEvent,
  type TestDatabase,
  type UsageEventOverrides,
} from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { BudgetBook } from '../src/budgets/budget-book.js';
import { billingDatabase } from '../src/database/schema.js';
import { Ledger } from '../src/ledger/ledger.js';
import { PriceVersions } from '../src/prices/price-versions.js';
import { QuotaBook } from '../src/quota/quota-book.js';
import { QuotaProjector } from '../src/quota/quota-projector.js';
import { UsageCommitter } from '../src/usage/usage-committer.js';
import { UsagePartitions } from '../src/usage/usage-partitions.js';

/** Billing's tables in a database of their own, and what writes to them: for specs of its parts. */
export class BillingBooks {
  readonly ledger = new Ledger();
  readonly quotaBook = new QuotaBook();
  readonly budgetBook = new BudgetBook();

  private constructor(
    private readonly database: TestDatabase,
    readonly dataSource: DataSource,
  ) {}

  static async open(): Promise<BillingBooks> {
    const database = await createTestDatabase();
    return new BillingBooks(database, await openDatabase(billingDatabase({ url: database.url })));
  }

  /** Commits usage at the prices of `documents`; without them every charge is taken as it was told. */
  committer(clock: Clock, documents = new FakeDocumentStore()): UsageCommitter {
    const { dataSource, ledger, quotaBook, budgetBook } = this;
    return new UsageCommitter({
      ...{ dataSource, clock, ledger, quotaBook, budgetBook },
      partitions: new UsagePartitions(dataSource),
      prices: this.prices(clock, documents),
    });
  }

  prices(clock: Clock, documents: FakeDocumentStore): PriceVersions {
    return new PriceVersions({ dataSource: this.dataSource, documents, clock, logger: noopLogger });
  }

  /** Tells the quota store what changed in the books. */
  project(quotaStore: QuotaStore, recoverMs = 0): Promise<void> {
    return new QuotaProjector({ dataSource: this.dataSource, quotaStore, recoverMs }).run();
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }
}

/** Usage of a price card that nobody knows: its charge, in nano-USD, is taken as it is told. */
export function chargedEvent(charge: bigint | number, more: UsageEventOverrides = {}): UsageRecordedV1 {
  return usageEvent({
    priceCard: { id: 'unknown' as PriceCardId, version: 1 },
    charge: String(charge),
    ...more,
  });
}
