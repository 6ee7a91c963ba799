import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest, Effort, ReasoningRequest, ResponseFormat } from '../canonical/request.js';
import type { RequestPath } from '../dialect.js';
import { parseRequest } from '../json/parse-request.js';
import { given, objectOf } from '../json/tolerant.js';
import { decodeContents, decodeSystem } from './decode-contents.js';
import { decodeToolChoice, decodeTools } from './decode-tools.js';
import { lowerTypes } from './lower-types.js';
import {
  camelled,
  countTokensRequest,
  DIALECT,
  generateContentRequest,
  type GenerateContentRequest,
  type WireGenerationConfig,
} from './wire.js';

/** https://ai.google.dev/api/generate-content */
export function decodeRequest(body: unknown, path: RequestPath): CanonicalRequest {
  const request = parseRequest(generateContentRequest, requestIn(camelled(body), path));
  const { contents, systemInstruction, tools, toolConfig, generationConfig, serviceTier, ...extensions } =
    request;
  const config = generationConfig ?? {};
  return {
    origin: DIALECT,
    model: path.model ?? '',
    stream: path.streamed === true,
    system: decodeSystem(systemInstruction),
    messages: decodeContents(contents),
    tools: decodeTools(tools ?? []),
    ...given('toolChoice', decodeToolChoice(toolConfig?.functionCallingConfig)),
    ...decodeConfig(config),
    ...given('serviceTier', decodeTier(serviceTier)),
    ...given('fulfilled', asWritten(request)),
    extensions: { ...extensions, ...configExtension(config), ...toolConfigExtension(toolConfig) },
  };
}

/** What is `standard` here is `default` elsewhere. */
function decodeTier(tier: string | null | undefined): string | undefined {
  const name = tier?.toLowerCase().replace('service_tier_', '');
  return name === 'standard' ? 'default' : (name ?? undefined);
}

/**
 * Schemas and modes in the words of the dialect, where the canonical form says the same in others: a vendor of the dialect
 * is told them as they were written.
 */
function asWritten({ tools, toolConfig, generationConfig }: GenerateContentRequest): JsonObject | undefined {
  const functions = (tools ?? []).flatMap(({ functionDeclarations }) => functionDeclarations ?? []);
  const schemas = functions.flatMap(({ name, description: _said, ...rest }) =>
    Object.keys(rest).length === 0 ? [] : [[name, rest] as const],
  );
  const { responseSchema, responseJsonSchema } = generationConfig ?? {};
  const written = {
    ...(schemas.length === 0 ? {} : { functions: Object.fromEntries(schemas) }),
    ...given('functionCallingConfig', toolConfig?.functionCallingConfig ?? undefined),
    ...given('responseSchema', responseSchema ?? undefined),
    ...given('responseJsonSchema', responseJsonSchema ?? undefined),
  };
  return Object.keys(written).length === 0 ? undefined : written;
}

/** A request for a count may hold the request that is counted as a member. */
function requestIn(body: unknown, { operation }: RequestPath): unknown {
  if (operation !== 'count-tokens') return body;
  const { contents, generateContentRequest: whole } = parseRequest(countTokensRequest, body);
  if (whole === undefined || whole === null) return { ...objectOf(body), contents: contents ?? [] };
  const { model: _model, ...request } = whole;
  return request;
}

type DecodedConfig = Pick<
  CanonicalRequest,
  'sampling' | 'stopSequences' | 'outputTokensMax' | 'choices' | 'logprobs' | 'responseFormat' | 'reasoning'
>;

function decodeConfig(config: WireGenerationConfig): DecodedConfig {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty } = config;
  return {
    sampling: {
      ...given('temperature', temperature ?? undefined),
      ...given('topP', topP ?? undefined),
      ...given('topK', topK ?? undefined),
      ...given('seed', seed ?? undefined),
      ...given('presencePenalty', presencePenalty ?? undefined),
      ...given('frequencyPenalty', frequencyPenalty ?? undefined),
    },
    stopSequences: config.stopSequences ?? [],
    ...given('outputTokensMax', config.maxOutputTokens ?? undefined),
    ...given('choices', config.candidateCount ?? undefined),
    ...(config.responseLogprobs === true ? { logprobs: { top: config.logprobs ?? 0 } } : {}),
    ...given('responseFormat', decodeFormat(config)),
    ...given('reasoning', decodeReasoning(config)),
  };
}

const JSON_TYPE = 'application/json';

function decodeFormat(config: WireGenerationConfig): ResponseFormat | undefined {
  if (config.responseMimeType !== JSON_TYPE) return undefined;
  const schema = config.responseJsonSchema ?? config.responseSchema;
  if (schema === null || schema === undefined) return { type: 'json' };
  return { type: 'json-schema', name: 'response', schema: lowerTypes(schema) };
}

const EFFORTS: Readonly<Record<string, Effort>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
};

function decodeReasoning({ thinkingConfig }: WireGenerationConfig): ReasoningRequest | undefined {
  if (thinkingConfig === null || thinkingConfig === undefined) return undefined;
  const { includeThoughts, thinkingBudget, thinkingLevel } = thinkingConfig;
  const effort = EFFORTS[thinkingLevel?.toUpperCase() ?? ''];
  return {
    ...given('effort', effort),
    ...given('budgetTokens', thinkingBudget ?? undefined),
    ...given('visible', includeThoughts ?? undefined),
  };
}

/** Settings of the generation that only this dialect knows: kinds of output, voices, resolutions. */
function configExtension(config: WireGenerationConfig): { generationConfig?: object } {
  const kept = Object.entries(config).filter(([name, value]) => !READ.has(name) && value !== null);
  const enumeration =
    config.responseMimeType !== undefined &&
    config.responseMimeType !== null &&
    config.responseMimeType !== JSON_TYPE
      ? [
          ['responseMimeType', config.responseMimeType] as const,
          ...(config.responseSchema ? [['responseSchema', config.responseSchema] as const] : []),
        ]
      : [];
  const members = [...kept, ...(config.responseMimeType === 'text/plain' ? [] : enumeration)];
  return members.length === 0 ? {} : { generationConfig: Object.fromEntries(members) };
}

const READ = new Set([
  ...['temperature', 'topP', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty', 'stopSequences'],
  ...['maxOutputTokens', 'candidateCount', 'responseLogprobs', 'logprobs', 'thinkingConfig'],
  ...['responseMimeType', 'responseSchema', 'responseJsonSchema'],
]);

function toolConfigExtension(toolConfig: GenerateContentRequest['toolConfig']): { toolConfig?: object } {
  const { functionCallingConfig: _read, ...rest } = toolConfig ?? {};
  return Object.keys(rest).length === 0 ? {} : { toolConfig: rest };
}
