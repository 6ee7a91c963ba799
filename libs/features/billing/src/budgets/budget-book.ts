import { budgetAccount, budgetSpanAt, budgetSpanOf, type BudgetSpan } from '@tollgate/admission';
import type {
  BudgetPeriod,
  BudgetScope,
  JournalId,
  LeaseId,
  NanoUsd,
  UsageRecordedV1,
} from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { insertRows } from '../database/insert-rows.js';
import { query } from '../database/query.js';
import type { Consumption } from '../quota/quota-book.js';
import { noteBudgetAlerts, type BudgetAlert } from './budget-alerts.js';

/** One charged request. */
export interface BudgetCharge {
  readonly event: UsageRecordedV1;
  readonly journalId: JournalId;
  readonly charge: NanoUsd;
}

export interface BudgetChargeResult {
  /** For the quota book: what each budget's account was spent by, from which lease. */
  readonly consumptions: readonly Consumption[];
  /** Accounts that the quota book does not have yet, with the amount of their budget. */
  readonly missing: ReadonlyMap<string, NanoUsd>;
  readonly alerts: readonly BudgetAlert[];
}

/** After so long a period's account is closed: what comes later is counted, and spent from nothing. */
export const CLOSE_AFTER_MS = 3 * 86_400_000;

/**
 * Counts charges towards budgets, in the transaction that takes them from the organisation. Which budgets apply is
 * decided here, by scope: a proxy that had not heard of a budget yet, or held nothing from it, still counts.
 */
export class BudgetBook {
  async charge(
    manager: EntityManager,
    charges: readonly BudgetCharge[],
    now: number,
  ): Promise<BudgetChargeResult> {
    const budgets = await readBudgets(manager, charges);
    const uses = charges.flatMap((charge) => usesOf(charge, budgets));
    if (uses.length === 0) return { consumptions: [], missing: new Map(), alerts: [] };
    const periods = await addToPeriods(manager, uses, now);
    const open = new Map(periods.filter(({ closed }) => !closed).map((period) => [period.account, period]));
    const missing = [...open.values()].filter(({ inserted }) => inserted);
    const thresholds = new Map(uses.map(({ budget }) => [budget.id, budget.thresholds]));
    const states = periods.map(({ account, budgetId, amount, spent }) => ({
      ...{ account, budgetId, amount: BigInt(amount), spent: BigInt(spent) },
      thresholds: thresholds.get(budgetId) ?? [],
    }));
    return {
      consumptions: uses.filter(({ account }) => open.has(account)),
      missing: new Map(missing.map(({ account, amount }) => [account, BigInt(amount)])),
      alerts: await noteBudgetAlerts(manager, states, now),
    };
  }
}

interface Budget {
  readonly id: string;
  readonly scopeKind: BudgetScope;
  readonly scopeId: string;
  readonly period: BudgetPeriod;
  readonly amount: string;
  readonly thresholds: readonly number[];
  readonly createdAt: Date;
}

interface BudgetUse extends Consumption {
  readonly budget: Budget;
  readonly span: BudgetSpan;
}

async function readBudgets(
  manager: EntityManager,
  charges: readonly BudgetCharge[],
): Promise<ReadonlyMap<string, readonly Budget[]>> {
  const budgets = new Map<string, Budget[]>();
  if (charges.length === 0) return budgets;
  const rows = await query<Budget>(
    manager,
    `select id, scope_kind as "scopeKind", scope_id as "scopeId", period, amount, thresholds, created_at as "createdAt"
      from billing.budgets where removed_at is null
        and ((scope_kind = 'organization' and scope_id = any($1::text[]))
          or (scope_kind = 'api-key' and scope_id = any($2::text[])))`,
    [
      [...new Set(charges.map(({ event }) => event.organization.id))],
      [...new Set(charges.map(({ event }) => event.apiKey.id))],
    ],
  );
  for (const budget of rows) {
    const key = scopeKey(budget.scopeKind, budget.scopeId);
    budgets.set(key, [...(budgets.get(key) ?? []), budget]);
  }
  return budgets;
}

const scopeKey = (kind: BudgetScope, id: string): string => `${kind}:${id}`;

function usesOf(charge: BudgetCharge, budgets: ReadonlyMap<string, readonly Budget[]>): BudgetUse[] {
  const { event } = charge;
  const applying = [
    ...(budgets.get(scopeKey('organization', event.organization.id)) ?? []),
    ...(budgets.get(scopeKey('api-key', event.apiKey.id)) ?? []),
  ];
  return applying.flatMap((budget) => useOf(charge, budget));
}

/** From the lease that the event names, whatever period that is of; else in the period in which the request began. */
function useOf({ event, journalId, charge }: BudgetCharge, budget: Budget): BudgetUse[] {
  const { id, period } = budget;
  const use = { budget, holder: journalId, amount: charge };
  for (const { account, leaseId } of event.budgetLeases ?? []) {
    const span = budgetSpanOf(account, id, period);
    if (span !== undefined) return [{ ...use, account, leaseId, span }];
  }
  if (event.occurredAt < budget.createdAt.getTime()) return [];
  const span = budgetSpanAt(period, event.occurredAt);
  const leaseId: LeaseId | null = null;
  return [{ ...use, account: budgetAccount(id, period, span), leaseId, span }];
}

interface PeriodRow {
  readonly account: string;
  readonly budgetId: string;
  readonly amount: string;
  readonly spent: string;
  readonly closed: boolean;
  readonly inserted: boolean;
}

/** A period that was never opened (billing was away all through it) is made now. */
async function addToPeriods(
  manager: EntityManager,
  uses: readonly BudgetUse[],
  now: number,
): Promise<PeriodRow[]> {
  const sums = new Map<string, BudgetUse>();
  for (const use of uses) {
    sums.set(use.account, { ...use, amount: use.amount + (sums.get(use.account)?.amount ?? 0n) });
  }
  const closedBefore = now - CLOSE_AFTER_MS;
  return insertRows<BudgetUse, PeriodRow>(manager, {
    table: 'billing.budget_periods as p',
    columns: [
      { name: 'account', type: 'text', value: ({ account }) => account },
      { name: 'budget_id', type: 'text', value: ({ budget }) => budget.id },
      { name: 'starts_at', type: 'timestamptz', value: ({ span }) => new Date(span.startsAt).toISOString() },
      { name: 'ends_at', type: 'timestamptz', value: ({ span }) => isoOrNull(span.endsAt) },
      { name: 'amount', type: 'bigint', value: ({ budget }) => budget.amount },
      { name: 'spent', type: 'bigint', value: ({ amount }) => amount.toString() },
      {
        name: 'closed_at',
        type: 'timestamptz',
        value: ({ span }) => (span.endsAt < closedBefore ? new Date(now).toISOString() : null),
      },
    ],
    rows: [...sums.values()],
    orderBy: 'account',
    suffix: `on conflict (account) do update set spent = p.spent + excluded.spent
      returning account, budget_id as "budgetId", amount, spent, closed_at is not null as closed, xmax = 0 as inserted`,
  });
}

/** `null`: it never ends. */
export const isoOrNull = (at: number): string | null =>
  Number.isFinite(at) ? new Date(at).toISOString() : null;
