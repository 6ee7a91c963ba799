import {
  apiKeyDocumentKey,
  BUDGET_THRESHOLDS_DEFAULT,
  GatewayError,
  newId,
  organizationDocumentKey,
  type BudgetId,
  type BudgetPeriod,
  type BudgetReference,
  type BudgetScope,
} from '@tollgate/contracts';
import { type Page } from '@tollgate/control-api';
import type { DataSource, EntityManager } from 'typeorm';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import { toApiKeyDocument } from '../api-keys/api-key.service.js';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import { toOrganizationDocument } from '../organizations/organization.service.js';
import { pageById, type PageRequest } from '../read-path/page-by-id.js';
import type { Actor } from '../write-path/actor.js';
import { definedOnly } from '../write-path/defined-only.js';
import type { Write, Writes } from '../write-path/writes.js';
import { announceBudget, auditRemoval, auditState, subjectOf, usd } from './budget-event.js';
import { BudgetEntity } from './budget.entity.js';

export interface CreateBudgetInput {
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly period: BudgetPeriod;
  /** USD a period, decimal string. */
  readonly amount: string;
  /** Percentages. Default 50, 80, 100. */
  readonly thresholds?: readonly number[] | undefined;
  /** Default `false`. */
  readonly soft?: boolean | undefined;
}

export interface UpdateBudgetInput {
  readonly amount?: string | undefined;
  readonly thresholds?: readonly number[] | undefined;
}

export interface BudgetFilter {
  readonly scope?: BudgetScope | undefined;
  readonly scopeId?: string | undefined;
}

/** What organisations and keys may spend in a time. What they have spent is billing's to say. */
export class BudgetService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writes: Writes,
  ) {}

  list(filter: BudgetFilter, page: PageRequest): Promise<Page<BudgetEntity>> {
    return pageById(this.dataSource.manager, BudgetEntity, definedOnly(filter), page);
  }

  /** @throws GatewayError `not_found` */
  async get(id: string): Promise<BudgetEntity> {
    return found(await this.dataSource.manager.findOneBy(BudgetEntity, { id }));
  }

  /** @throws GatewayError `not_found` for the scope, `already_exists` for its period */
  create(actor: Actor, input: CreateBudgetInput): Promise<BudgetEntity> {
    return this.writes.run(actor, (write) => this.createIn(write, input));
  }

  /** @throws GatewayError `not_found` */
  update(actor: Actor, id: string, input: UpdateBudgetInput): Promise<BudgetEntity> {
    return this.writes.run(actor, (write) => this.updateIn(write, id, input));
  }

  /** What was spent of it stays in billing. @throws GatewayError `not_found` */
  remove(actor: Actor, id: string): Promise<void> {
    return this.writes.run(actor, (write) => this.removeIn(write, id));
  }

  async createIn(write: Write, input: CreateBudgetInput): Promise<BudgetEntity> {
    const { thresholds = BUDGET_THRESHOLDS_DEFAULT, soft = false, amount, ...rest } = input;
    const budget = write.manager.create(BudgetEntity, {
      ...rest,
      id: newId<BudgetId>(),
      amount: usd(amount),
      thresholds: ascending(thresholds),
      soft,
      revision: 1,
      createdAt: write.now,
      updatedAt: write.now,
    });
    await write.manager.insert(BudgetEntity, budget);
    write.audit({ action: 'budget.create', subject: subjectOf(budget), after: auditState(budget) });
    announceBudget(write, budget);
    await publishScope(write, budget);
    return budget;
  }

  async updateIn(write: Write, id: string, input: UpdateBudgetInput): Promise<BudgetEntity> {
    const budget = await locked(write.manager, id);
    const before = auditState(budget);
    const { amount = budget.amount, thresholds = budget.thresholds } = input;
    Object.assign(budget, {
      amount: usd(amount),
      thresholds: ascending(thresholds),
      revision: budget.revision + 1,
      updatedAt: write.now,
    });
    await write.manager.save(budget);
    write.audit({ action: 'budget.update', subject: subjectOf(budget), before, after: auditState(budget) });
    announceBudget(write, budget);
    return budget;
  }

  async removeIn(write: Write, id: string): Promise<void> {
    const budget = await locked(write.manager, id);
    await write.manager.delete(BudgetEntity, { id });
    auditRemoval(write, budget);
    announceBudget(write, { ...budget, revision: budget.revision + 1 }, true);
    await publishScope(write, budget);
  }
}

/** Proxies hold from the budgets that the documents name; soft ones refuse nothing, so nothing is held from them. */
async function publishScope(write: Write, { scope, scopeId }: BudgetEntity): Promise<void> {
  const { manager } = write;
  switch (scope) {
    case 'organization': {
      const organization = await lockedScope(manager, OrganizationEntity, scopeId);
      organization.budgets = await references(manager, scope, scopeId);
      await manager.save(organization);
      const document = toOrganizationDocument(organization);
      write.document('identity', organizationDocumentKey(scopeId), document);
      return;
    }
    case 'api-key': {
      const key = await lockedScope(manager, ApiKeyEntity, scopeId);
      key.budgets = await references(manager, scope, scopeId);
      await manager.save(key);
      write.document('identity', apiKeyDocumentKey(key.hash), toApiKeyDocument(key));
    }
  }
}

async function references(
  manager: EntityManager,
  scope: BudgetScope,
  scopeId: string,
): Promise<BudgetReference[]> {
  const budgets = await manager.find(BudgetEntity, {
    where: { scope, scopeId, soft: false },
    order: { id: 'ASC' },
  });
  return budgets.map(({ id, period }) => ({ id: id as BudgetId, period }));
}

async function lockedScope<Scope extends OrganizationEntity | ApiKeyEntity>(
  manager: EntityManager,
  target: new () => Scope,
  id: string,
): Promise<Scope> {
  const scope = await manager
    .createQueryBuilder(target, 'scope')
    .where('scope.id = :id', { id })
    .setLock('pessimistic_write')
    .getOne();
  if (scope === null) {
    throw new GatewayError('not_found', 'There is nothing with this id that could have a budget.', {
      field: 'scopeId',
    });
  }
  return scope;
}

async function locked(manager: EntityManager, id: string): Promise<BudgetEntity> {
  return found(await manager.findOne(BudgetEntity, { where: { id }, lock: { mode: 'pessimistic_write' } }));
}

function found(budget: BudgetEntity | null): BudgetEntity {
  if (budget === null) throw new GatewayError('not_found', 'There is no budget with this id.');
  return budget;
}

const ascending = (thresholds: readonly number[]): number[] => thresholds.toSorted((a, b) => a - b);
