import { z } from 'zod';
import type { JsonObject } from '../canonical/part.js';
import { objectOf } from '../json/tolerant.js';

export const DIALECT = 'gemini';

/** Members whose contents are the tenant's own, or a schema: their names are not the API's to spell. */
const FREE_MEMBERS = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
  'labels',
]);
const DEPTH_MAX = 64;

/**
 * The API takes `camelCase` and `snake_case` names alike (proto3's JSON); here all are camel. What stands deeper than
 * any request of the API goes is left as it is.
 */
export function camelled(value: unknown, depth = 0): unknown {
  if (depth > DEPTH_MAX) return value;
  if (Array.isArray(value)) return value.map((entry) => camelled(entry, depth + 1));
  const object = objectOf(value);
  if (object === undefined) return value;
  const members = Object.entries(object).map(([name, member]): [string, unknown] => {
    const camel = name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    return [camel, FREE_MEMBERS.has(camel) ? member : camelled(member, depth + 1)];
  });
  return Object.fromEntries(members);
}

const object = z.record(z.string(), z.unknown());
const whole = z.number().int();

/** One of its members says what it is. https://ai.google.dev/api/caching#Part */
export const part = z.looseObject({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  inlineData: z.looseObject({ mimeType: z.string(), data: z.string() }).nullish(),
  fileData: z.looseObject({ mimeType: z.string().nullish(), fileUri: z.string() }).nullish(),
  functionCall: z
    .looseObject({ id: z.string().nullish(), name: z.string(), args: object.nullish() })
    .nullish(),
  functionResponse: z
    .looseObject({
      id: z.string().nullish(),
      name: z.string(),
      response: object.nullish(),
      parts: z.array(object).nullish(),
    })
    .nullish(),
});
export type WirePart = z.output<typeof part>;

const content = z.looseObject({ role: z.string().nullish(), parts: z.array(part).nullish() });
export type WireContent = z.output<typeof content>;

const functionDeclaration = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  parameters: object.nullish(),
  parametersJsonSchema: object.nullish(),
});

const tool = z.looseObject({ functionDeclarations: z.array(functionDeclaration).nullish() });
export type WireTool = z.output<typeof tool>;

const thinkingConfig = z.looseObject({
  includeThoughts: z.boolean().nullish(),
  thinkingBudget: whole.nullish(),
  thinkingLevel: z.string().nullish(),
});

/** https://ai.google.dev/api/generate-content#v1beta.GenerationConfig */
const generationConfig = z.looseObject({
  stopSequences: z.array(z.string()).nullish(),
  responseMimeType: z.string().nullish(),
  responseSchema: object.nullish(),
  responseJsonSchema: object.nullish(),
  candidateCount: whole.nullish(),
  maxOutputTokens: whole.nullish(),
  temperature: z.number().nullish(),
  topP: z.number().nullish(),
  topK: z.number().nullish(),
  seed: whole.nullish(),
  presencePenalty: z.number().nullish(),
  frequencyPenalty: z.number().nullish(),
  responseLogprobs: z.boolean().nullish(),
  logprobs: whole.nullish(),
  thinkingConfig: thinkingConfig.nullish(),
});
export type WireGenerationConfig = z.output<typeof generationConfig>;

/** https://ai.google.dev/api/generate-content#request-body */
export const generateContentRequest = z.looseObject({
  contents: z.union([z.array(content), content.transform((only) => [only])]),
  systemInstruction: z.union([content, z.string()]).nullish(),
  tools: z.array(tool).nullish(),
  toolConfig: z
    .looseObject({
      functionCallingConfig: z
        .looseObject({ mode: z.string().nullish(), allowedFunctionNames: z.array(z.string()).nullish() })
        .nullish(),
    })
    .nullish(),
  generationConfig: generationConfig.nullish(),
  serviceTier: z.string().nullish(),
});
export type GenerateContentRequest = z.output<typeof generateContentRequest>;

/** https://ai.google.dev/api/tokens#request-body */
export const countTokensRequest = z.looseObject({
  contents: z.array(content).nullish(),
  generateContentRequest: z.looseObject({}).nullish(),
});

const embedRequest = z.looseObject({
  content: z.union([content, z.string()]),
  taskType: z.string().nullish(),
  title: z.string().nullish(),
  outputDimensionality: whole.nullish(),
});
export type EmbedRequest = z.output<typeof embedRequest>;

/** https://ai.google.dev/api/embeddings */
export const embedContentRequest = embedRequest;
export const batchEmbedContentsRequest = z.looseObject({ requests: z.array(embedRequest).min(1) });

/** An object of a vendor's answer with its names in camel case. */
export function wireObject(value: unknown): JsonObject {
  return objectOf(camelled(value)) ?? {};
}
