import type { Clock, UsageRecordedV1 } from '@tollgate/contracts';
import { organizationAccount } from '@tollgate/admission';
import { withTransaction } from '@tollgate/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { BudgetAlert } from '../budgets/budget-alerts.js';
import { announceBudgetAlerts } from '../budgets/budget-announcements.js';
import type { BudgetBook } from '../budgets/budget-book.js';
import { copyRows } from '../database/copy-rows.js';
import { insertRows } from '../database/insert-rows.js';
import { isDataFault, query } from '../database/query.js';
import { noteFindings, type Finding, type FindingKind } from '../findings/finding.js';
import { SYSTEM_ACCOUNTS, type LedgerEntry, type Posting } from '../ledger/ledger-entry.js';
import type { Ledger } from '../ledger/ledger.js';
import type { PriceVersions } from '../prices/price-versions.js';
import type { QuotaBook } from '../quota/quota-book.js';
import type { DecodedBatch } from './decode-batch.js';
import { storeProgress } from './journal-progress.js';
import { namesOf, storeNames } from './names.js';
import { rerate } from './rerate.js';
import { contentHash, USAGE_COLUMNS, USAGE_ID_COLUMNS, type UsageRow } from './usage-columns.js';
import type { UsagePartitions } from './usage-partitions.js';

export interface CommitSummary {
  readonly recorded: number;
  readonly duplicates: number;
  readonly findings: readonly FindingKind[];
  /** Thresholds that were reached. */
  readonly alerts: readonly BudgetAlert[];
}

export interface UsageCommitterDependencies {
  readonly dataSource: DataSource;
  readonly clock: Clock;
  readonly partitions: UsagePartitions;
  readonly prices: PriceVersions;
  readonly ledger: Ledger;
  readonly quotaBook: QuotaBook;
  readonly budgetBook: BudgetBook;
}

/**
 * Turns usage events into records and money, exactly once in effect: everything about a set of batches is committed in
 * one transaction, or nothing is, and an id that is recorded already changes nothing.
 */
export class UsageCommitter {
  constructor(private readonly dependencies: UsageCommitterDependencies) {}

  /** @throws when Postgres or the price cards can't be asked: nothing was committed, ask again later */
  async commit(batches: readonly DecodedBatch[]): Promise<CommitSummary> {
    try {
      return await this.#commit(batches);
    } catch (error) {
      if (!isDataFault(error)) throw error;
      return this.#commitOneByOne(batches);
    }
  }

  /** Some event of the batches holds what Postgres refuses: finds it, sets it aside, commits the others. */
  async #commitOneByOne(batches: readonly DecodedBatch[]): Promise<CommitSummary> {
    let total: CommitSummary = { recorded: 0, duplicates: 0, findings: [], alerts: [] };
    for (const batch of batches) {
      for (const event of batch.events) {
        const alone = { ...batch, events: [event], rejected: [], closed: undefined };
        const summary = await this.#commit([alone]).catch((error: unknown) => {
          if (!isDataFault(error)) throw error;
          return this.#commit([{ ...alone, events: [], rejected: [rejection(event, error)] }]);
        });
        total = add(total, summary);
      }
      total = add(total, await this.#commit([{ ...batch, events: [] }]));
    }
    return total;
  }

  async #commit(batches: readonly DecodedBatch[]): Promise<CommitSummary> {
    const { dataSource, partitions } = this.dependencies;
    const rows = await this.#rate(batches);
    await partitions.ensure(rows.map(({ event }) => event.occurredAt));
    return withTransaction(dataSource, (manager) => this.#write(manager, batches, rows));
  }

  async #rate(batches: readonly DecodedBatch[]): Promise<UsageRow[]> {
    const { prices } = this.dependencies;
    const rows: UsageRow[] = [];
    for (const { journalId, events } of batches) {
      for (const event of events) {
        const { priceCard: card, model } = event;
        const recalled = card === null ? undefined : prices.recall(card.id, card.version);
        const isUnseen = card !== null && recalled === undefined;
        const sheet = isUnseen
          ? await prices.find({ cardId: card.id, version: card.version, model })
          : recalled;
        rows.push({ ...rerate(event, sheet), journalId, contentHash: contentHash(event) });
      }
    }
    return rows;
  }

  /** Locks are taken in one order by every writer: ids, names, budgets, leases, credits, accounts, journals, outbox. */
  async #write(
    manager: EntityManager,
    batches: readonly DecodedBatch[],
    rows: readonly UsageRow[],
  ): Promise<CommitSummary> {
    const { clock, ledger, quotaBook, budgetBook } = this.dependencies;
    const now = clock.now();
    const { fresh, repeated } = await insertIds(manager, rows);
    await copyRows(manager, { table: 'billing.usage_records', columns: USAGE_COLUMNS, rows: fresh });
    await storeNames(
      manager,
      fresh.flatMap(({ event }) => namesOf(event)),
    );
    const findings = await noteFindings(
      manager,
      [
        ...fresh.flatMap((row) => row.findings.map((finding) => ({ ...finding, journalId: row.journalId }))),
        ...(await findConflicts(manager, repeated)),
        ...batches.flatMap(rejectionFindings),
      ],
      now,
    );
    const charged = fresh.filter(({ charge }) => charge !== 0n);
    const budgets = await budgetBook.charge(manager, charged, now);
    await quotaBook.consume(manager, [...charged.map(consumptionOf), ...budgets.consumptions], now);
    await quotaBook.openWith(manager, budgets.missing);
    await ledger.record(manager, fresh.flatMap(entryOf));
    await storeProgress(manager, batches, now);
    const { alerts } = budgets;
    await announceBudgetAlerts(manager, alerts, now);
    return { recorded: fresh.length, duplicates: repeated.length, findings, alerts };
  }
}

/** The unique key of ids decides which events are new; of copies within the set the first is. */
async function insertIds(
  manager: EntityManager,
  rows: readonly UsageRow[],
): Promise<{ fresh: readonly UsageRow[]; repeated: readonly UsageRow[] }> {
  const inserted = await insertRows<UsageRow, { id: string; content_hash: string }>(manager, {
    table: 'billing.usage_ids',
    columns: USAGE_ID_COLUMNS,
    rows,
    orderBy: 'id',
    suffix: 'on conflict (id) do nothing returning id, content_hash',
  });
  const awaited = new Map(inserted.map((row) => [row.id, row.content_hash]));
  const fresh: UsageRow[] = [];
  const repeated: UsageRow[] = [];
  for (const row of rows) {
    if (awaited.get(row.event.id) === row.contentHash) {
      awaited.delete(row.event.id);
      fresh.push(row);
    } else {
      repeated.push(row);
    }
  }
  return { fresh, repeated };
}

async function findConflicts(manager: EntityManager, repeated: readonly UsageRow[]): Promise<Finding[]> {
  if (repeated.length === 0) return [];
  const stored = await query<{ id: string; content_hash: string }>(
    manager,
    'select id, content_hash from billing.usage_ids where id = any($1::text[])',
    [repeated.map(({ event }) => event.id)],
  );
  const hashes = new Map(stored.map((row) => [row.id, row.content_hash]));
  return repeated
    .filter(({ event, contentHash: hash }) => hashes.get(event.id) !== hash)
    .map(({ event, journalId, contentHash: hash }) => ({
      kind: 'content_conflict',
      requestId: event.id,
      organizationId: event.organization.id,
      journalId,
      sequence: event.sequence,
      details: { recorded: hashes.get(event.id), received: hash, reported: event.charge },
      raw: JSON.stringify(event),
    }));
}

function rejectionFindings({ journalId, rejected }: DecodedBatch): Finding[] {
  return rejected.map(({ sequence, reason, raw }) => ({
    kind: 'event_rejected',
    journalId,
    sequence,
    details: { reason },
    raw,
  }));
}

function rejection(event: UsageRecordedV1, error: unknown): DecodedBatch['rejected'][number] {
  const reason = error instanceof Error ? error.message : 'refused by the database';
  return { sequence: event.sequence, reason, raw: JSON.stringify(event) };
}

function consumptionOf({ event, charge, journalId }: UsageRow): Parameters<QuotaBook['consume']>[1][number] {
  return {
    account: organizationAccount(event.organization.id),
    holder: journalId,
    leaseId: event.leaseId,
    amount: charge,
  };
}

/** A request that cost nothing moves no money and has no entry. */
function entryOf({ event, charge, vendorCost }: UsageRow): LedgerEntry[] {
  const postings: Posting[] = [];
  if (charge !== 0n) {
    postings.push({ account: organizationAccount(event.organization.id), amount: -charge });
    postings.push({ account: SYSTEM_ACCOUNTS.revenue, amount: charge });
  }
  if (vendorCost !== 0n) {
    postings.push({ account: SYSTEM_ACCOUNTS.vendorCost, amount: -vendorCost });
    postings.push({ account: SYSTEM_ACCOUNTS.vendorPayable, amount: vendorCost });
  }
  if (postings.length === 0) return [];
  return [
    {
      kind: 'usage',
      idempotencyKey: `usage:${event.id}`,
      requestId: event.id,
      at: event.occurredAt,
      postings,
    },
  ];
}

const add = (left: CommitSummary, right: CommitSummary): CommitSummary => ({
  recorded: left.recorded + right.recorded,
  duplicates: left.duplicates + right.duplicates,
  findings: [...left.findings, ...right.findings],
  alerts: [...left.alerts, ...right.alerts],
});
