import type { BudgetScope } from '@tollgate/contracts';
import { Any } from 'typeorm';
import type { Write } from '../write-path/writes.js';
import { announceBudget, auditRemoval } from './budget-event.js';
import { BudgetEntity } from './budget.entity.js';

/** Removes the budgets of what is being deleted itself; billing keeps what was spent of them. */
export async function dropBudgets(
  write: Write,
  scope: BudgetScope,
  scopeIds: readonly string[],
): Promise<void> {
  const budgets = await write.manager.findBy(BudgetEntity, { scope, scopeId: Any([...scopeIds]) });
  if (budgets.length === 0) return;
  await write.manager.delete(
    BudgetEntity,
    budgets.map(({ id }) => id),
  );
  for (const budget of budgets) {
    auditRemoval(write, budget);
    announceBudget(write, { ...budget, revision: budget.revision + 1 }, true);
  }
}
