import type { ListedModel } from '../dialect.js';

/** https://platform.claude.com/docs/en/api/models/list */
export function encodeModels(models: readonly ListedModel[]): unknown {
  return {
    data: models.map(encodeModel),
    has_more: false,
    first_id: models[0]?.name ?? null,
    last_id: models.at(-1)?.name ?? null,
  };
}

export function encodeModel({ name, displayName, createdAt, ...limits }: ListedModel): unknown {
  return {
    type: 'model',
    id: name,
    display_name: displayName ?? name,
    created_at: new Date(createdAt).toISOString(),
    max_input_tokens: limits.contextTokensMax,
    max_tokens: limits.outputTokensMax,
  };
}
