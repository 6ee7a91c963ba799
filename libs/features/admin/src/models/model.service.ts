import { GatewayError, modelDocumentKey, newId, type ModelDocument } from '@tollgate/contracts';
import { type Page } from '@tollgate/control-api';
import { followChain } from '@tollgate/routing';
import type { DataSource, EntityManager } from 'typeorm';
import { pageById, type PageRequest } from '../read-path/page-by-id.js';
import { givenModelRouting } from '../routing/routing-values.js';
import type { Actor } from '../write-path/actor.js';
import { definedOnly } from '../write-path/defined-only.js';
import type { Write, Writes } from '../write-path/writes.js';
import { MODEL_DEFAULTS, type ModelValues } from './model-values.js';
import { ModelEntity } from './model.entity.js';

/** A name is for ever: documents, prices and usage records go by it. */
export type UpdateModelInput = {
  readonly [Field in keyof Omit<ModelValues, 'name'>]?: ModelValues[Field] | undefined;
};
export type CreateModelInput = UpdateModelInput & Pick<ModelValues, 'name'>;

export interface ModelFilter {
  readonly name?: string | undefined;
  readonly enabled?: boolean | undefined;
}

/** The catalogue: what is known of models beyond their prices. A model needs no entry to be served. */
export class ModelService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writes: Writes,
  ) {}

  list(filter: ModelFilter, page: PageRequest): Promise<Page<ModelEntity>> {
    return pageById(this.dataSource.manager, ModelEntity, definedOnly(filter), page);
  }

  /** @throws GatewayError `not_found` */
  async get(id: string): Promise<ModelEntity> {
    return found(await this.dataSource.manager.findOneBy(ModelEntity, { id }));
  }

  /** @throws GatewayError `already_exists` */
  create(actor: Actor, input: CreateModelInput): Promise<ModelEntity> {
    return this.writes.run(actor, (write) => this.createIn(write, input));
  }

  /** @throws GatewayError `not_found` */
  update(actor: Actor, id: string, input: UpdateModelInput): Promise<ModelEntity> {
    return this.writes.run(actor, (write) => this.updateIn(write, id, input));
  }

  /** @throws GatewayError `not_found` */
  remove(actor: Actor, id: string): Promise<void> {
    return this.writes.run(actor, async (write) => {
      const model = await locked(write.manager, id);
      await write.manager.delete(ModelEntity, { id });
      write.audit({ action: 'model.delete', subject: subjectOf(model), before: auditState(model) });
      write.document('config', modelDocumentKey(model.name), null);
    });
  }

  async createIn(write: Write, input: CreateModelInput): Promise<ModelEntity> {
    const model = write.manager.create(ModelEntity, {
      ...MODEL_DEFAULTS,
      ...definedOnly(input),
      id: newId(),
      createdAt: write.now,
      updatedAt: write.now,
    });
    await assertNoCircle(write.manager, model);
    await write.manager.insert(ModelEntity, model);
    write.audit({ action: 'model.create', subject: subjectOf(model), after: auditState(model) });
    write.document('config', modelDocumentKey(model.name), toModelDocument(model));
    return model;
  }

  async updateIn(write: Write, id: string, input: UpdateModelInput): Promise<ModelEntity> {
    const model = await locked(write.manager, id);
    const before = auditState(model);
    Object.assign(model, definedOnly(input), { updatedAt: write.now });
    await assertNoCircle(write.manager, model);
    await write.manager.save(model);
    write.audit({ action: 'model.update', subject: subjectOf(model), before, after: auditState(model) });
    write.document('config', modelDocumentKey(model.name), toModelDocument(model));
    return model;
  }
}

/** @throws GatewayError `validation_failed` when the alias leads back to the model */
async function assertNoCircle(manager: EntityManager, { name, alias }: ModelEntity): Promise<void> {
  if (alias === null) return;
  const others = await manager.find(ModelEntity, { select: { name: true, alias: true } });
  const aliases = new Map(others.map((model) => [model.name, model.alias ?? undefined])).set(name, alias);
  if (name !== alias && followChain(name, (from) => aliases.get(from)) !== undefined) return;
  const message = `The alias of the model "${name}" leads back to itself.`;
  throw new GatewayError('validation_failed', message, { field: 'alias' });
}

async function locked(manager: EntityManager, id: string): Promise<ModelEntity> {
  return found(await manager.findOne(ModelEntity, { where: { id }, lock: { mode: 'pessimistic_write' } }));
}

function found(model: ModelEntity | null): ModelEntity {
  if (model === null) throw new GatewayError('not_found', 'There is no model with this id.');
  return model;
}

export function toModelDocument(model: ModelEntity): ModelDocument {
  const { alias, fallbacks, strategy, requireTags, hedge, ...values } = auditState(model);
  return {
    ...values,
    ...givenModelRouting({ alias, fallbacks, strategy, requireTags, hedge }),
    createdAt: model.createdAt.getTime(),
  };
}

function subjectOf({ id, name }: ModelEntity) {
  return { kind: 'model', id, name };
}

function auditState(model: ModelEntity): ModelValues {
  const { name, displayName, description, ownedBy, contextTokensMax, outputTokensMax, enabled } = model;
  const { alias, fallbacks, strategy, requireTags, hedge } = model;
  return {
    ...{ name, displayName, description, ownedBy, contextTokensMax, outputTokensMax, enabled },
    ...{ alias, fallbacks, strategy, requireTags, hedge },
  };
}
