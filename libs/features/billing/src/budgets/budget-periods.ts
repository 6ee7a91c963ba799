import { budgetAccountParts, budgetSpanAt, type BudgetSpan, type QuotaStore } from '@tollgate/admission';
import { BUDGET_PERIODS, type BudgetPeriod, type Clock } from '@tollgate/contracts';
import { withTransaction } from '@tollgate/persistence';
import type { DataSource } from 'typeorm';
import { query, type SqlExecutor } from '../database/query.js';
import { CLOSE_AFTER_MS, isoOrNull } from './budget-book.js';

export interface BudgetPeriodsDependencies {
  readonly dataSource: DataSource;
  readonly quotaStore: QuotaStore;
  readonly clock: Clock;
}

const BATCH_MAX = 5_000;
/** Longer than a lease of a proxy that fell silent is waited for. */
const LEASE_GIVEN_UP_AFTER_MS = 7 * 86_400_000;

/**
 * The accounts of budgets: each period has its own, opened a whole period before it begins, so that nothing happens at
 * midnight, and closed some days after it ended.
 */
export class BudgetPeriods {
  constructor(private readonly dependencies: BudgetPeriodsDependencies) {}

  /** Opens what is missing, of all budgets. */
  async openAhead(): Promise<void> {
    const { dataSource, clock } = this.dependencies;
    for (const period of BUDGET_PERIODS) {
      for (const span of spansAhead(period, clock.now())) {
        while ((await openPeriod(dataSource, { period, span })) === BATCH_MAX);
      }
    }
  }

  /** Closes what ended long ago, or belongs to a budget that was removed long ago. The store first: it is asked again. */
  async closeOld(): Promise<void> {
    const { dataSource, quotaStore, clock } = this.dependencies;
    const now = clock.now();
    for (;;) {
      const accounts = await readClosable(dataSource, now);
      await quotaStore.forget(accounts);
      await withTransaction(dataSource, async (manager) => {
        await query(
          manager,
          'update billing.budget_periods set closed_at = $2 where account = any($1::text[])',
          [accounts, new Date(now).toISOString()],
        );
        await query(
          manager,
          `delete from billing.leases where account = any($1::text[]) and account like 'budget:%'`,
          [accounts],
        );
        await query(manager, 'delete from billing.quota_accounts where account = any($1::text[])', [
          accounts,
        ]);
      });
      if (accounts.length < BATCH_MAX) return;
    }
  }
}

/** The period that runs and the next. */
export function spansAhead(period: BudgetPeriod, now: number): readonly BudgetSpan[] {
  const current = budgetSpanAt(period, now);
  return Number.isFinite(current.endsAt) ? [current, budgetSpanAt(period, current.endsAt)] : [current];
}

/**
 * Opens the accounts of a period, each credited with its budget's amount; those that are open stay as they are.
 *
 * @returns how many were opened, at most 5,000
 */
export async function openPeriod(
  executor: SqlExecutor,
  {
    period,
    span,
    budgetId,
  }: { readonly period: BudgetPeriod; readonly span: BudgetSpan; readonly budgetId?: string },
): Promise<number> {
  const { prefix, suffix } = budgetAccountParts(period, span);
  const opened = await query(
    executor,
    `with opened as (
        insert into billing.budget_periods (account, budget_id, starts_at, ends_at, amount)
        select $1 || b.id || $2, b.id, $3, $4, b.amount from billing.budgets b
        where b.period = $5 and b.removed_at is null and ($6::text is null or b.id = $6)
          and not exists (select from billing.budget_periods p where p.account = $1 || b.id || $2)
        order by b.id limit ${BATCH_MAX}
        on conflict (account) do nothing
        returning account, amount)
      insert into billing.quota_accounts as q (account, credited, opened, version)
      select account, amount, true, 1 from opened order by account
      on conflict (account) do update
        set credited = q.credited + excluded.credited, opened = true, version = q.version + 1
      returning account`,
    [prefix, suffix, new Date(span.startsAt).toISOString(), isoOrNull(span.endsAt), period, budgetId ?? null],
  );
  return opened.length;
}

async function readClosable(dataSource: DataSource, now: number): Promise<readonly string[]> {
  const rows = await query<{ account: string }>(
    dataSource,
    `select p.account from billing.budget_periods p join billing.budgets b on b.id = p.budget_id
      where p.closed_at is null and (p.ends_at < $1 or b.removed_at < $1)
        and not exists (select from billing.leases l
          where l.account = p.account and l.account like 'budget:%' and not l.finished and l.seen_at > $2)
      limit ${BATCH_MAX}`,
    [new Date(now - CLOSE_AFTER_MS).toISOString(), new Date(now - LEASE_GIVEN_UP_AFTER_MS).toISOString()],
  );
  return rows.map(({ account }) => account);
}
