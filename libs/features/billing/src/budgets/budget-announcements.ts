import {
  formatUsd,
  type BudgetId,
  type BudgetPeriod,
  type BudgetScope,
  type BudgetThresholdReachedV1,
  type OrganizationId,
} from '@tollgate/contracts';
import { insertOutbox, type OutboxEntry } from '@tollgate/persistence';
import type { EntityManager } from 'typeorm';
import { query } from '../database/query.js';
import type { BudgetAlert } from './budget-alerts.js';

/**
 * Tells of thresholds that were reached, by the outbox: as surely as they are noted. The last thing that the transaction
 * does which noted them, for writers of the outbox take turns.
 */
export async function announceBudgetAlerts(
  manager: EntityManager,
  alerts: readonly BudgetAlert[],
  now: number,
): Promise<void> {
  if (alerts.length === 0) return;
  const periods = await readPeriods(manager, [...new Set(alerts.map(({ account }) => account))]);
  await insertOutbox(
    manager,
    alerts.flatMap((alert) => {
      const period = periods.get(alert.account);
      return period === undefined ? [] : [entryOf(alert, period, now)];
    }),
  );
}

interface AlertedPeriod {
  readonly account: string;
  readonly scopeKind: BudgetScope;
  readonly scopeId: string;
  readonly scopeName: string | null;
  readonly organizationId: string | null;
  readonly period: BudgetPeriod;
  readonly soft: boolean;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
}

async function readPeriods(
  manager: EntityManager,
  accounts: readonly string[],
): Promise<ReadonlyMap<string, AlertedPeriod>> {
  const rows = await query<AlertedPeriod>(
    manager,
    `select p.account, b.scope_kind as "scopeKind", b.scope_id as "scopeId", n.name as "scopeName", b.period, b.soft,
        case b.scope_kind when 'organization' then b.scope_id else n.organization_id end as "organizationId",
        p.starts_at as "startsAt", p.ends_at as "endsAt"
      from billing.budget_periods p
      join billing.budgets b on b.id = p.budget_id
      left join billing.names n on n.id = b.scope_id
        and n.kind = case b.scope_kind when 'api-key' then 'key' else b.scope_kind end
      where p.account = any($1::text[])`,
    [accounts],
  );
  return new Map(rows.map((row) => [row.account, row]));
}

function entryOf(alert: BudgetAlert, found: AlertedPeriod, now: number): OutboxEntry {
  const { account, budgetId, threshold, amount, spent } = alert;
  const { scopeKind, scopeId, scopeName, organizationId, period, soft, startsAt, endsAt } = found;
  const id = `${account}:${threshold}`;
  const body: BudgetThresholdReachedV1 = {
    ...{ type: 'budget.threshold-reached', version: 1, id, budgetId: budgetId as BudgetId },
    scope: { kind: scopeKind, id: scopeId, name: scopeName },
    organizationId: organizationId as OrganizationId | null,
    ...{ period, soft, startsAt: startsAt.getTime(), endsAt: endsAt?.getTime() ?? null },
    ...{ threshold, amount: formatUsd(amount), spent: formatUsd(spent), occurredAt: now },
  };
  return { kind: 'event', topic: 'budget-alerts', messageId: id, body };
}
