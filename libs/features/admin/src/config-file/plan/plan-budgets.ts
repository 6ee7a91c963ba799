import {
  BUDGET_THRESHOLDS_DEFAULT,
  formatUsd,
  parseUsd,
  type BudgetInFile,
  type ConfigFile,
} from '@tollgate/contracts';
import { compareFields, newFields } from './compare-fields.js';
import type { CurrentBudget, CurrentState } from './current-state.js';
import type { BudgetOwner, PlannedChange, PlanPart } from './plan.js';

/**
 * The budgets of an organisation or key that the file lists: all of them. Without a list they stay as they are.
 *
 * @param keys what has to change of the file's keys: a new one may have budgets, too
 */
export function planBudgets(
  file: Pick<ConfigFile, 'keys' | 'organizations'>,
  current: CurrentState,
  keys: readonly PlannedChange[],
): PlanPart {
  const changes: PlannedChange[] = [];
  for (const { name, budgets } of file.organizations) {
    changes.push(...planOwner({ scope: 'organization', organization: name }, budgets, current));
  }
  for (const { organization, name, budgets } of file.keys) {
    const owner: BudgetOwner = { scope: 'api-key', organization, key: name };
    // A key that is revoked, or has another's secret, is none that could spend.
    if (isActive(owner, current) || isNew(owner, keys)) changes.push(...planOwner(owner, budgets, current));
  }
  return { changes, problems: [], notes: [] };
}

function isActive(owner: BudgetOwner & { scope: 'api-key' }, { keys }: CurrentState): boolean {
  return keys.some(
    ({ status, organization, name }) =>
      status === 'active' && organization === owner.organization && name === owner.key,
  );
}

function isNew(owner: BudgetOwner & { scope: 'api-key' }, changes: readonly PlannedChange[]): boolean {
  return changes.some(
    ({ operation }) =>
      operation.kind === 'key' &&
      operation.id === undefined &&
      operation.values.organization === owner.organization &&
      operation.values.name === owner.key,
  );
}

function planOwner(
  owner: BudgetOwner,
  wanted: readonly BudgetInFile[] | undefined,
  { budgets }: CurrentState,
): PlannedChange[] {
  if (wanted === undefined) return [];
  const existing = budgets.filter((budget) => nameOfOwner(budget.owner) === nameOfOwner(owner));
  const kept = new Set<CurrentBudget>();
  const changes = wanted.flatMap((budget) => {
    const { period, soft = false } = budget;
    const found = existing.find((candidate) => candidate.period === period && candidate.soft === soft);
    if (found === undefined) return [newBudget(owner, budget)];
    kept.add(found);
    return changedBudget(found, budget);
  });
  return [...changes, ...existing.filter((budget) => !kept.has(budget)).map(removedBudget)];
}

function newBudget(owner: BudgetOwner, budget: BudgetInFile): PlannedChange {
  const { period, soft = false, thresholds = BUDGET_THRESHOLDS_DEFAULT } = budget;
  const values = { period, soft, amount: canonical(budget.amount), thresholds: ascending(thresholds) };
  const { amount } = values;
  return {
    change: {
      kind: 'budget',
      name: nameOf({ owner, period, soft }),
      action: 'create',
      fields: newFields({ amount, thresholds: values.thresholds }),
    },
    operation: { kind: 'budget', owner, values },
  };
}

function changedBudget(existing: CurrentBudget, wanted: BudgetInFile): PlannedChange[] {
  const { id, amount, thresholds } = existing;
  const values = {
    amount: canonical(wanted.amount),
    ...(wanted.thresholds !== undefined && { thresholds: ascending(wanted.thresholds) }),
  };
  const fields = compareFields({ amount: canonical(amount), thresholds }, values);
  if (fields.length === 0) return [];
  return [
    {
      change: { kind: 'budget', name: nameOf(existing), action: 'update', fields },
      operation: { kind: 'budget', id, values },
    },
  ];
}

function removedBudget(budget: CurrentBudget): PlannedChange {
  return {
    change: { kind: 'budget', name: nameOf(budget), action: 'delete', fields: [] },
    operation: { kind: 'budget', id: budget.id, remove: true },
  };
}

/** E.g. `acme/ci monthly`, `acme daily (soft)`. */
function nameOf({ owner, period, soft }: Pick<CurrentBudget, 'owner' | 'period' | 'soft'>): string {
  return `${nameOfOwner(owner)} ${period}${soft ? ' (soft)' : ''}`;
}

function nameOfOwner(owner: BudgetOwner): string {
  return owner.scope === 'organization' ? owner.organization : `${owner.organization}/${owner.key}`;
}

const canonical = (amount: string): string => formatUsd(parseUsd(amount) ?? 0n);

const ascending = (thresholds: readonly number[]): number[] => thresholds.toSorted((a, b) => a - b);
