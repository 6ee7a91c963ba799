import type { QuotaStore } from '@tollgate/admission';
import type { BudgetId, Clock } from '@tollgate/contracts';
import type { Consumption, ConsumeOptions, Delivery, DocumentStore, EventLog } from '@tollgate/messaging';
import type { HealthChecks, Logger } from '@tollgate/telemetry';
import { formatUsd, GatewayError } from '@tollgate/contracts';
import type { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { BillingMetrics } from './billing-metrics.js';
import type { BudgetAlert } from './budgets/budget-alerts.js';
import { BudgetBook } from './budgets/budget-book.js';
import { BUDGET_CONSUME_OPTIONS, BudgetConsumer } from './budgets/budget.consumer.js';
import { BudgetDefinitions } from './budgets/budget-definitions.js';
import { BudgetPeriods } from './budgets/budget-periods.js';
import { readBudgetStates, type BudgetState } from './budgets/budget-standings.js';
import { Credits } from './credits/credits.js';
import { Job } from './jobs/job.js';
import { Ledger } from './ledger/ledger.js';
import { ORGANIZATION_CONSUME_OPTIONS, OrganizationConsumer } from './organizations/organization.consumer.js';
import { PriceVersions } from './prices/price-versions.js';
import { LeaseReclaimer } from './quota/lease-reclaimer.js';
import { QuotaBook } from './quota/quota-book.js';
import { QuotaProjector } from './quota/quota-projector.js';
import { UsageCommitter } from './usage/usage-committer.js';
import { USAGE_CONSUME_OPTIONS, UsageConsumer } from './usage/usage.consumer.js';
import { UsagePartitions } from './usage/usage-partitions.js';
import { Watermarks } from './usage/watermarks.js';

/** Everything billing needs from outside, ready to be used. */
export interface BillingDependencies {
  /** Of the schema `billing`, migrated with `billingMigrations`. */
  readonly dataSource: DataSource;
  readonly eventLog: EventLog;
  readonly documents: DocumentStore;
  readonly quotaStore: QuotaStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: HealthChecks;
  /** How long a quota store that lost its data waits for proxies to re-attach their leases. Default 5,000. */
  readonly quotaRecoverMs?: number;
}

const QUOTA_RECOVER_MS = 5_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The parts of billing and their life: consumers and jobs run between `start` and `stop`. */
export class Billing {
  readonly credits: Credits;
  readonly #prices: PriceVersions;
  readonly #usage: UsageConsumer;
  readonly #organizations: OrganizationConsumer;
  readonly #budgets: BudgetConsumer;
  readonly #metrics: BillingMetrics;
  readonly #jobs: readonly Job[];
  readonly #project: Job;
  readonly #publish: Job;
  readonly #subscribe: Job;
  #consumptions: Consumption[] = [];
  #stopped = false;

  constructor(private readonly dependencies: BillingDependencies) {
    const {
      dataSource,
      documents,
      clock,
      logger,
      quotaStore,
      quotaRecoverMs = QUOTA_RECOVER_MS,
    } = dependencies;
    const ledger = new Ledger();
    const quotaBook = new QuotaBook();
    const partitions = new UsagePartitions(dataSource);
    const watermarks = new Watermarks(dataSource, documents);
    const projector = new QuotaProjector({ dataSource, quotaStore, recoverMs: quotaRecoverMs });
    const reclaimer = new LeaseReclaimer({ dataSource, quotaStore, clock, logger });
    this.#prices = new PriceVersions({ dataSource, documents, clock, logger });
    const committer = new UsageCommitter({
      dataSource,
      clock,
      partitions,
      prices: this.#prices,
      ledger,
      quotaBook,
      budgetBook: new BudgetBook(),
    });
    const metrics = new BillingMetrics(dependencies.metrics);
    this.#metrics = metrics;
    this.credits = new Credits({ dataSource, ledger, quotaBook, clock });
    const committed = (alerts: readonly BudgetAlert[]): void => {
      this.#tell(alerts);
      this.#wake();
    };
    this.#usage = new UsageConsumer({ committer, metrics, clock, logger, committed });
    this.#budgets = new BudgetConsumer({
      ...{ dataSource, clock, logger, committed },
      definitions: new BudgetDefinitions(quotaBook),
    });
    const budgetPeriods = new BudgetPeriods({ dataSource, quotaStore, clock });
    this.#organizations = new OrganizationConsumer({
      dataSource,
      ledger,
      quotaBook,
      clock,
      logger,
      committed: () => this.#wake(),
    });
    const job = (name: string, everyMs: number, run: () => Promise<void>): Job =>
      new Job({ name, everyMs, run, logger });
    this.#project = job('project balances', SECOND_MS, async () => {
      await projector.run();
      await reclaimer.reclaimComplete();
    });
    this.#publish = job('publish watermarks', SECOND_MS, () => watermarks.publish());
    this.#subscribe = job('subscribe', SECOND_MS, () => this.#consume());
    this.#jobs = [
      this.#project,
      this.#publish,
      this.#subscribe,
      job('reclaim silent holders', MINUTE_MS, () => reclaimer.reclaimSilent()),
      job('keep periods of budgets', HOUR_MS, async () => {
        await budgetPeriods.openAhead();
        await budgetPeriods.closeOld();
      }),
      job('keep house', HOUR_MS, async () => {
        await partitions.ensureAhead(clock.now());
        await watermarks.forgetOld(clock.now());
      }),
    ];
  }

  /** Resolves once balances are with the quota store and consumers run, or were tried: what failed goes on being tried. */
  async start(): Promise<void> {
    this.dependencies.health.register('usage-consumer', () => this.#assertConsuming());
    await Promise.all(this.#jobs.map((job) => job.wake()));
    for (const job of this.#jobs) job.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#subscribe.stop();
    await Promise.all(this.#consumptions.map((consumption) => consumption.stop()));
    await Promise.all(this.#jobs.map((job) => job.stop()));
    await this.#prices.stop();
  }

  /** Carries what was committed to the quota store now, not with the next second. Never rejects. */
  async project(): Promise<void> {
    await this.#project.wake();
  }

  /** Budgets with what was spent of each by now. */
  budgetStates(ids: readonly BudgetId[]): Promise<BudgetState[]> {
    const { dataSource, clock } = this.dependencies;
    return readBudgetStates(dataSource, ids, clock.now());
  }

  #wake(): void {
    void this.#publish.wake();
    void this.#project.wake();
  }

  #tell(alerts: readonly BudgetAlert[]): void {
    for (const { budgetId, account, threshold, amount, spent } of alerts) {
      this.#metrics.budgetAlerts.inc({ threshold: String(threshold) });
      this.dependencies.logger.warn(
        { budgetId, account, threshold, amount: formatUsd(amount), spent: formatUsd(spent) },
        'a budget reached a threshold',
      );
    }
  }

  /** All of them, or none: what was begun is ended when another can't be. */
  async #consume(): Promise<void> {
    if (this.#stopped || this.#consumptions.length > 0) return;
    const { eventLog } = this.dependencies;
    await this.#prices.start();
    const begun: Consumption[] = [];
    const consume = async (
      topic: 'organizations' | 'budgets' | 'usage',
      handler: (deliveries: readonly Delivery[]) => Promise<void>,
      options: ConsumeOptions,
    ): Promise<void> => {
      begun.push(await eventLog.consume(topic, 'billing', handler, options));
    };
    try {
      await consume(
        'organizations',
        (given) => this.#organizations.handle(given),
        ORGANIZATION_CONSUME_OPTIONS,
      );
      await consume('budgets', (given) => this.#budgets.handle(given), BUDGET_CONSUME_OPTIONS);
      await consume('usage', (given) => this.#usage.handle(given), USAGE_CONSUME_OPTIONS);
    } catch (error) {
      await Promise.all(begun.map((consumption) => consumption.stop()));
      throw error;
    }
    this.#consumptions = begun;
  }

  #assertConsuming(): void {
    if (this.#consumptions.length === 0) {
      throw new GatewayError('service_unavailable', 'Billing does not consume usage events yet.');
    }
  }
}
