import type { ListedModel } from '../dialect.js';

/** https://ai.google.dev/api/models#Model */
export function encodeModel({
  name,
  displayName,
  description,
  contextTokensMax,
  outputTokensMax,
}: ListedModel): object {
  return {
    name: `models/${name}`,
    baseModelId: name,
    version: '1',
    displayName: displayName ?? name,
    ...(description === null ? {} : { description }),
    ...(contextTokensMax === null ? {} : { inputTokenLimit: contextTokensMax }),
    ...(outputTokensMax === null ? {} : { outputTokenLimit: outputTokensMax }),
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
  };
}

export function encodeModels(models: readonly ListedModel[]): object {
  return { models: models.map(encodeModel) };
}
