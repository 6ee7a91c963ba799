import { GatewayError } from '@tollgate/contracts';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import type { BudgetService } from '../budgets/budget.service.js';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import type { Write } from '../write-path/writes.js';
import type { BudgetOperation, BudgetOwner } from './plan/plan.js';

/** Makes, changes or removes a budget, after organisations and keys: the same plan may have made its owner. */
export async function carryOutBudget(
  write: Write,
  budgets: BudgetService,
  operation: BudgetOperation,
): Promise<void> {
  if (operation.id === undefined) {
    const { owner, values } = operation;
    const scopeId = await findOwner(write, owner);
    await budgets.createIn(write, { ...values, scope: owner.scope, scopeId });
  } else if (operation.remove === true) {
    await budgets.removeIn(write, operation.id);
  } else {
    await budgets.updateIn(write, operation.id, operation.values);
  }
}

async function findOwner({ manager }: Write, owner: BudgetOwner): Promise<string> {
  const organization = await manager.findOneBy(OrganizationEntity, { name: owner.organization });
  if (organization === null) {
    throw new GatewayError('not_found', `There is no organization "${owner.organization}".`);
  }
  if (owner.scope === 'organization') return organization.id;
  const key = await manager.findOneBy(ApiKeyEntity, {
    organizationId: organization.id,
    name: owner.key,
    status: 'active',
  });
  if (key === null) throw new GatewayError('not_found', `There is no active key "${owner.key}".`);
  return key.id;
}
