import type { ListedModel } from '../dialect.js';

const OWNER_UNKNOWN = 'tollgate';

/** https://platform.openai.com/docs/api-reference/models/list */
export function encodeOpenaiModels(models: readonly ListedModel[]): unknown {
  return { object: 'list', data: models.map(encodeOpenaiModel) };
}

/** https://platform.openai.com/docs/api-reference/models/object. `created`: seconds since the epoch. */
export function encodeOpenaiModel({ name, createdAt, ownedBy }: ListedModel): unknown {
  return {
    id: name,
    object: 'model',
    created: Math.floor(createdAt / 1_000),
    owned_by: ownedBy ?? OWNER_UNKNOWN,
  };
}
