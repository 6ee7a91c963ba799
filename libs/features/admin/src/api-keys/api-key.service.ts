import {
  apiKeyDocumentKey,
  GatewayError,
  newId,
  type ApiKeyDocument,
  type ApiKeyId,
  type Limits,
  type OrganizationId,
} from '@tollgate/contracts';
import { type Page } from '@tollgate/control-api';
import { describeApiKeySecret, hashApiKey, newApiKeySecret, type MasterKey } from '@tollgate/security';
import type { DataSource, EntityManager } from 'typeorm';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import { pageById, type PageRequest } from '../read-path/page-by-id.js';
import type { Actor } from '../write-path/actor.js';
import { copyOrNull } from '../write-path/copy-or-null.js';
import { definedOnly } from '../write-path/defined-only.js';
import type { Write, Writes } from '../write-path/writes.js';
import { ApiKeyEntity, type ApiKeyStatus } from './api-key.entity.js';

export interface CreateApiKeyInput {
  readonly organizationId: string;
  readonly name: string;
  /** `null` or absent: every model. */
  readonly models?: readonly string[] | null | undefined;
  /** `null` or absent: never. */
  readonly expiresAt?: Date | null | undefined;
  /** `null` or absent: none of its own. */
  readonly limits?: Limits | null | undefined;
  /** `null` or absent: everywhere. */
  readonly allowedAddresses?: readonly string[] | null | undefined;
  /** `null` or absent: any channel of its group. */
  readonly requireTags?: readonly string[] | null | undefined;
  /** Brought along by the operator; generated when absent. */
  readonly secret?: string | undefined;
}

export interface UpdateApiKeyInput {
  readonly name?: string | undefined;
  readonly models?: readonly string[] | null | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly limits?: Limits | null | undefined;
  readonly allowedAddresses?: readonly string[] | null | undefined;
  readonly requireTags?: readonly string[] | null | undefined;
  /** Another secret for the same key: the old one stops working. */
  readonly secret?: string | undefined;
}

export interface ApiKeyFilter {
  readonly organizationId?: string | undefined;
  readonly status?: ApiKeyStatus | undefined;
  readonly name?: string | undefined;
}

/** A key and its secret, which is known at this moment and never again. */
export interface CreatedApiKey {
  readonly key: ApiKeyEntity;
  readonly secret: string;
}

/** Keys of tenants: stored as a keyed hash, shown once. */
export class ApiKeyService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writes: Writes,
    private readonly masterKey: MasterKey,
  ) {}

  list(filter: ApiKeyFilter, page: PageRequest): Promise<Page<ApiKeyEntity>> {
    return pageById(this.dataSource.manager, ApiKeyEntity, definedOnly(filter), page);
  }

  /** @throws GatewayError `not_found` */
  async get(id: string): Promise<ApiKeyEntity> {
    return found(await this.dataSource.manager.findOneBy(ApiKeyEntity, { id }));
  }

  /** @throws GatewayError `not_found` for the organisation, `already_exists` for name or secret */
  create(actor: Actor, input: CreateApiKeyInput): Promise<CreatedApiKey> {
    return this.writes.run(actor, (write) => this.createIn(write, input));
  }

  /** @throws GatewayError `not_found`, `already_exists`; `in_use` for a revoked key */
  update(actor: Actor, id: string, input: UpdateApiKeyInput): Promise<ApiKeyEntity> {
    return this.writes.run(actor, (write) => this.updateIn(write, id, input));
  }

  /** Revoking a revoked key changes nothing. @throws GatewayError `not_found` */
  revoke(actor: Actor, id: string): Promise<ApiKeyEntity> {
    return this.writes.run(actor, async (write) => {
      const key = await locked(write.manager, id);
      if (key.status === 'revoked') return key;
      const before = auditState(key);
      Object.assign(key, { status: 'revoked', revokedAt: write.now, updatedAt: write.now });
      await write.manager.save(key);
      write.audit({ action: 'api-key.revoke', subject: subjectOf(key), before, after: auditState(key) });
      write.document('identity', apiKeyDocumentKey(key.hash), toApiKeyDocument(key));
      return key;
    });
  }

  async createIn(write: Write, input: CreateApiKeyInput): Promise<CreatedApiKey> {
    const { organizationId } = input;
    if (!(await write.manager.existsBy(OrganizationEntity, { id: organizationId }))) {
      throw new GatewayError('not_found', 'There is no organization with this id.', {
        field: 'organizationId',
      });
    }
    const secret = input.secret ?? newApiKeySecret();
    const key = write.manager.create(ApiKeyEntity, {
      id: newId<ApiKeyId>(),
      organizationId,
      name: input.name,
      hash: hashApiKey(this.masterKey, secret),
      ...describeApiKeySecret(secret),
      status: 'active',
      models: copyOrNull(input.models),
      budgets: [],
      expiresAt: input.expiresAt ?? null,
      limits: input.limits ?? null,
      allowedAddresses: copyOrNull(input.allowedAddresses),
      requireTags: copyOrNull(input.requireTags),
      revokedAt: null,
      createdAt: write.now,
      updatedAt: write.now,
    });
    await write.manager.insert(ApiKeyEntity, key);
    write.audit({ action: 'api-key.create', subject: subjectOf(key), after: auditState(key) });
    write.document('identity', apiKeyDocumentKey(key.hash), toApiKeyDocument(key));
    return { key, secret };
  }

  async updateIn(write: Write, id: string, input: UpdateApiKeyInput): Promise<ApiKeyEntity> {
    const key = await locked(write.manager, id);
    if (key.status === 'revoked') {
      throw new GatewayError('in_use', 'The API key is revoked and can no longer be changed.');
    }
    const before = auditState(key);
    const { secret, ...rest } = input;
    Object.assign(key, definedOnly(rest), { updatedAt: write.now });
    if (secret !== undefined) this.replaceSecret(write, key, secret);
    await write.manager.save(key);
    write.audit({ action: 'api-key.update', subject: subjectOf(key), before, after: auditState(key) });
    write.document('identity', apiKeyDocumentKey(key.hash), toApiKeyDocument(key));
    return key;
  }

  private replaceSecret(write: Write, key: ApiKeyEntity, secret: string): void {
    const hash = hashApiKey(this.masterKey, secret);
    if (hash === key.hash) return;
    write.document('identity', apiKeyDocumentKey(key.hash), null);
    Object.assign(key, { hash, ...describeApiKeySecret(secret) });
  }
}

async function locked(manager: EntityManager, id: string): Promise<ApiKeyEntity> {
  return found(await manager.findOne(ApiKeyEntity, { where: { id }, lock: { mode: 'pessimistic_write' } }));
}

function found(key: ApiKeyEntity | null): ApiKeyEntity {
  if (key === null) throw new GatewayError('not_found', 'There is no API key with this id.');
  return key;
}

export function toApiKeyDocument(key: ApiKeyEntity): ApiKeyDocument {
  return {
    id: key.id as ApiKeyId,
    name: key.name,
    organizationId: key.organizationId as OrganizationId,
    status: key.status,
    expiresAt: key.expiresAt?.getTime() ?? null,
    models: key.models,
    budgets: key.budgets,
    limits: key.limits,
    allowedAddresses: key.allowedAddresses,
    requireTags: key.requireTags,
  };
}

function subjectOf({ id, name }: ApiKeyEntity) {
  return { kind: 'api-key', id, name };
}

function auditState(key: ApiKeyEntity) {
  const { organizationId, name, prefix, lastFour, status, models, limits } = key;
  const { allowedAddresses, requireTags } = key;
  return {
    ...{ organizationId, name, prefix, lastFour, status, models, limits, allowedAddresses, requireTags },
    expiresAt: key.expiresAt?.toISOString() ?? null,
  };
}
