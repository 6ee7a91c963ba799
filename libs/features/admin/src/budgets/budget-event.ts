import { formatUsd, parseUsd, type BudgetDefinedV1, type BudgetId } from '@tollgate/contracts';
import type { Write } from '../write-path/writes.js';
import type { BudgetEntity } from './budget.entity.js';

/** Tells billing what the budget is now. */
export function announceBudget(write: Write, budget: BudgetEntity, removed = false): void {
  const { messageId, body } = toBudgetEvent(budget, { occurredAt: write.now, removed });
  write.event('budgets', messageId, body);
}

/** What billing is told of a budget: the same again says nothing new. */
export function toBudgetEvent(
  budget: BudgetEntity,
  { occurredAt, removed }: { readonly occurredAt: Date; readonly removed: boolean },
): { readonly messageId: string; readonly body: BudgetDefinedV1 } {
  const body: BudgetDefinedV1 = {
    type: 'budget.defined',
    version: 1,
    budgetId: budget.id as BudgetId,
    revision: budget.revision,
    scope: { kind: budget.scope, id: budget.scopeId },
    period: budget.period,
    amount: usd(budget.amount),
    thresholds: budget.thresholds,
    soft: budget.soft,
    removed,
    createdAt: budget.createdAt.getTime(),
    occurredAt: occurredAt.getTime(),
  };
  return { messageId: `budget.defined:${budget.id}:${budget.revision}`, body };
}

export function auditRemoval(write: Write, budget: BudgetEntity): void {
  write.audit({ action: 'budget.delete', subject: subjectOf(budget), before: auditState(budget) });
}

export function subjectOf({ id, scope, period }: BudgetEntity) {
  return { kind: 'budget', id, name: `${period} of ${scope}` };
}

export function auditState({ scope, scopeId, period, amount, thresholds, soft }: BudgetEntity) {
  return { scope, scopeId, period, amount: usd(amount), thresholds, soft };
}

/** As Postgres writes it, with all its fraction digits, in the shortest way. */
export const usd = (amount: string): string => formatUsd(parseUsd(amount) ?? 0n);
