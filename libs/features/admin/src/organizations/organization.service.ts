import {
  formatUsd,
  GatewayError,
  newId,
  organizationDocumentKey,
  parseUsd,
  type Limits,
  type OrganizationCreatedV1,
  type OrganizationDocument,
  type OrganizationId,
} from '@tollgate/contracts';
import { type Page } from '@tollgate/control-api';
import type { DataSource, EntityManager } from 'typeorm';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import { dropRevokedKeys } from '../api-keys/drop-revoked-keys.js';
import { dropBudgets } from '../budgets/drop-budgets.js';
import { pageById, type PageRequest } from '../read-path/page-by-id.js';
import type { Actor } from '../write-path/actor.js';
import { copyOrNull } from '../write-path/copy-or-null.js';
import { definedOnly } from '../write-path/defined-only.js';
import type { Write, Writes } from '../write-path/writes.js';
import { OrganizationEntity, type OrganizationStatus } from './organization.entity.js';

export const DEFAULT_GROUP = 'default';

export interface CreateOrganizationInput {
  readonly name: string;
  /** Default `default`. */
  readonly group?: string | undefined;
  /** USD, decimal string. Default 0. */
  readonly openingBalance?: string | undefined;
  /** `null` or absent: none of its own. */
  readonly limits?: Limits | null | undefined;
  /** `null` or absent: everywhere. */
  readonly allowedAddresses?: readonly string[] | null | undefined;
}

export interface UpdateOrganizationInput {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly status?: OrganizationStatus | undefined;
  readonly limits?: Limits | null | undefined;
  readonly allowedAddresses?: readonly string[] | null | undefined;
}

export interface OrganizationFilter {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly status?: OrganizationStatus | undefined;
}

/** Tenants: whom keys belong to and who pays. */
export class OrganizationService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writes: Writes,
  ) {}

  list(filter: OrganizationFilter, page: PageRequest): Promise<Page<OrganizationEntity>> {
    return pageById(this.dataSource.manager, OrganizationEntity, definedOnly(filter), page);
  }

  /** @throws GatewayError `not_found` */
  async get(id: string): Promise<OrganizationEntity> {
    return found(await this.dataSource.manager.findOneBy(OrganizationEntity, { id }));
  }

  /** @throws GatewayError `already_exists` */
  create(actor: Actor, input: CreateOrganizationInput): Promise<OrganizationEntity> {
    return this.writes.run(actor, (write) => this.createIn(write, input));
  }

  /** @throws GatewayError `not_found`, `already_exists` */
  update(actor: Actor, id: string, input: UpdateOrganizationInput): Promise<OrganizationEntity> {
    return this.writes.run(actor, (write) => this.updateIn(write, id, input));
  }

  /** @throws GatewayError `not_found`; `in_use` while the organisation has an active key */
  remove(actor: Actor, id: string): Promise<void> {
    return this.writes.run(actor, async (write) => {
      const organization = await locked(write.manager, id);
      const activeKeys = await write.manager.countBy(ApiKeyEntity, { organizationId: id, status: 'active' });
      if (activeKeys > 0) {
        throw new GatewayError(
          'in_use',
          `The organization has ${activeKeys} active API keys; revoke them first.`,
        );
      }
      await dropRevokedKeys(write, id);
      await dropBudgets(write, 'organization', [id]);
      await write.manager.delete(OrganizationEntity, { id });
      write.audit({
        action: 'organization.delete',
        subject: subjectOf(organization),
        before: auditState(organization),
      });
      write.document('identity', organizationDocumentKey(id), null);
    });
  }

  /** Billing opens the account and posts the opening credit when it sees the event. */
  async createIn(write: Write, input: CreateOrganizationInput): Promise<OrganizationEntity> {
    const id = newId<OrganizationId>();
    const organization = write.manager.create(OrganizationEntity, {
      id,
      name: input.name,
      group: input.group ?? DEFAULT_GROUP,
      status: 'active',
      openingBalance: formatUsd(parseUsd(input.openingBalance ?? '0') ?? 0n),
      budgets: [],
      limits: input.limits ?? null,
      allowedAddresses: copyOrNull(input.allowedAddresses),
      createdAt: write.now,
      updatedAt: write.now,
    });
    await write.manager.insert(OrganizationEntity, organization);
    write.audit({
      action: 'organization.create',
      subject: subjectOf(organization),
      after: auditState(organization),
    });
    write.document('identity', organizationDocumentKey(id), toOrganizationDocument(organization));
    const { messageId, body } = toOrganizationCreated(organization);
    write.event('organizations', messageId, body);
    return organization;
  }

  async updateIn(write: Write, id: string, input: UpdateOrganizationInput): Promise<OrganizationEntity> {
    const organization = await locked(write.manager, id);
    const before = auditState(organization);
    Object.assign(organization, definedOnly({ ...input }), { updatedAt: write.now });
    await write.manager.save(organization);
    write.audit({
      action: 'organization.update',
      subject: subjectOf(organization),
      before,
      after: auditState(organization),
    });
    write.document('identity', organizationDocumentKey(id), toOrganizationDocument(organization));
    return organization;
  }
}

async function locked(manager: EntityManager, id: string): Promise<OrganizationEntity> {
  return found(
    await manager.findOne(OrganizationEntity, { where: { id }, lock: { mode: 'pessimistic_write' } }),
  );
}

function found(organization: OrganizationEntity | null): OrganizationEntity {
  if (organization === null) throw new GatewayError('not_found', 'There is no organization with this id.');
  return organization;
}

export function toOrganizationDocument(organization: OrganizationEntity): OrganizationDocument {
  const { id, name, status, group, budgets, limits, allowedAddresses } = organization;
  return { id: id as OrganizationId, name, status, group, budgets, limits, allowedAddresses };
}

/** What billing is told of an organisation: the same again says nothing new. */
export function toOrganizationCreated({ id, name, openingBalance, createdAt }: OrganizationEntity): {
  readonly messageId: string;
  readonly body: OrganizationCreatedV1;
} {
  const body: OrganizationCreatedV1 = {
    type: 'organization.created',
    version: 1,
    organizationId: id as OrganizationId,
    name,
    openingBalance: formatUsd(parseUsd(openingBalance) ?? 0n),
    occurredAt: createdAt.getTime(),
  };
  return { messageId: `organization.created:${id}`, body };
}

function subjectOf({ id, name }: OrganizationEntity) {
  return { kind: 'organization', id, name };
}

function auditState(organization: OrganizationEntity) {
  const { name, group, status, openingBalance, limits, allowedAddresses } = organization;
  return {
    name,
    group,
    status,
    limits,
    allowedAddresses,
    openingBalance: formatUsd(parseUsd(openingBalance) ?? 0n),
  };
}
