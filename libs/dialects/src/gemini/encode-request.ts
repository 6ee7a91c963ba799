import { unsupported } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest, Parameter, Sampling } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { EncodedRequest } from '../dialect.js';
import { given, objectOf } from '../json/tolerant.js';
import { encodeConversation } from './encode-contents.js';
import { encodeThinking } from './encode-thinking.js';
import { encodeTools } from './encode-tools.js';
import { toApiSchema } from './json-schema.js';
import { DIALECT } from './wire.js';

/**
 * https://ai.google.dev/api/generate-content
 *
 * @throws GatewayError `unsupported_feature`
 */
export function encodeRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  const warnings = new Warnings();
  const extensions = encodeExtensions(request, warnings);
  const { format, instructions } = encodeFormat(request, target, warnings);
  const { contents, system } = encodeConversation(request, target, warnings);
  const { tools, functionCallingConfig } = encodeTools(request, target, warnings);
  dropWhatIsUnknown(request, warnings);
  const tier = encodeTier(request, target, warnings);
  const generationConfig = {
    ...objectOf(extensions['generationConfig']),
    ...encodeSampling(request, target, warnings),
    ...given('maxOutputTokens', request.outputTokensMax),
    ...encodeStops(request, target, warnings),
    ...encodeChoices(request, target),
    ...format,
    ...given('thinkingConfig', encodeThinking(request, target, warnings)),
  };
  const toolConfig = {
    ...objectOf(extensions['toolConfig']),
    ...given('functionCallingConfig', functionCallingConfig),
  };
  const instruction = [...system, ...instructions.map((text) => ({ text }))];
  return {
    body: {
      ...extensions,
      ...given('serviceTier', tier),
      contents,
      ...(instruction.length === 0 ? {} : { systemInstruction: { parts: instruction } }),
      ...(tools.length === 0 ? {} : { tools }),
      ...filled('toolConfig', toolConfig),
      ...filled('generationConfig', generationConfig),
    },
    warnings: warnings.list,
  };
}

/** https://ai.google.dev/api/tokens: what is counted stands in a member, with the model within. */
export function encodeTokenCountRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  const { body, warnings } = encodeRequest(request, target);
  const { contents, systemInstruction, tools } = body;
  return {
    body: {
      generateContentRequest: {
        model: `models/${target.model}`,
        contents,
        ...given('systemInstruction', systemInstruction),
        ...given('tools', tools),
      },
    },
    warnings,
  };
}

function filled(name: string, value: object): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

function encodeExtensions(request: CanonicalRequest, warnings: Warnings): JsonObject {
  if (request.origin === DIALECT) return request.extensions;
  for (const name of Object.keys(request.extensions)) {
    warnings.add('dropped', name, `only ${request.origin} knows it`);
  }
  return {};
}

const SAMPLING = ['temperature', 'topP', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty'] as const;

function encodeSampling({ sampling }: CanonicalRequest, target: TargetProfile, warnings: Warnings): Sampling {
  const kept = SAMPLING.filter((name) => sampling[name] !== undefined && takes(name, target, warnings));
  return Object.fromEntries(kept.map((name) => [name, sampling[name]]));
}

function takes(name: Parameter, { unsupported: refused }: TargetProfile, warnings: Warnings): boolean {
  if (!refused.has(name)) return true;
  warnings.add('dropped', name, 'the vendor does not take it');
  return false;
}

function encodeStops(
  { stopSequences }: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): JsonObject {
  if (stopSequences.length === 0) return {};
  if (!takes('stopSequences', target, warnings)) return {};
  return { stopSequences };
}

function encodeChoices({ choices, logprobs }: CanonicalRequest, target: TargetProfile): JsonObject {
  if (choices !== undefined && choices > 1 && target.unsupported.has('choices')) {
    throw unsupported('choices', 'This model gives one answer to a request.');
  }
  return {
    ...given('candidateCount', choices),
    ...(logprobs === undefined
      ? {}
      : { responseLogprobs: true, ...(logprobs.top > 0 ? { logprobs: logprobs.top } : {}) }),
  };
}

interface Format {
  readonly format: JsonObject;
  /** Said in words, where the vendor can't be held to a schema. */
  readonly instructions: readonly string[];
}

function encodeFormat(
  { responseFormat, origin, fulfilled }: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): Format {
  if (responseFormat === undefined || responseFormat.type === 'text') return { format: {}, instructions: [] };
  const json = { responseMimeType: 'application/json' };
  if (target.structuredOutput === 'none') {
    warnings.add('approximated', 'responseFormat', 'the vendor is only told in words');
    return { format: {}, instructions: [inWords(responseFormat)] };
  }
  if (responseFormat.type === 'json') return { format: json, instructions: [] };
  if (target.structuredOutput === 'json-object') {
    warnings.add('approximated', 'responseFormat', 'the schema is only told in words');
    return { format: json, instructions: [inWords(responseFormat)] };
  }
  const { responseSchema, responseJsonSchema } = origin === DIALECT ? (fulfilled ?? {}) : {};
  if (responseJsonSchema !== undefined) return { format: { ...json, responseJsonSchema }, instructions: [] };
  if (responseSchema !== undefined) return { format: { ...json, responseSchema }, instructions: [] };
  const schema = toApiSchema(responseFormat.schema, 'responseFormat.schema', warnings);
  return { format: { ...json, responseSchema: schema }, instructions: [] };
}

function inWords(format: { readonly type: string; readonly schema?: JsonObject }): string {
  return format.schema === undefined
    ? 'Answer with JSON only.'
    : `Answer with JSON only, by this schema: ${JSON.stringify(format.schema)}`;
}

/** https://ai.google.dev/gemini-api/docs/optimization; what is `default` elsewhere is `standard` here. */
const TIERS: ReadonlyMap<string, string> = new Map([
  ['flex', 'flex'],
  ['standard', 'standard'],
  ['priority', 'priority'],
]);

function encodeTier(
  { serviceTier, origin }: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): string | undefined {
  if (serviceTier === undefined) return undefined;
  if (serviceTier === 'default' || serviceTier === 'auto') return origin === DIALECT ? 'standard' : undefined;
  const tier = TIERS.get(serviceTier);
  if (tier !== undefined && takes('serviceTier', target, warnings)) return tier;
  warnings.add('dropped', 'serviceTier', 'the vendor has no such tier');
  return undefined;
}

const UNKNOWN = ['logitBias', 'metadata', 'user', 'promptCacheKey'] as const;

function dropWhatIsUnknown(request: CanonicalRequest, warnings: Warnings): void {
  for (const name of UNKNOWN) {
    if (request[name] !== undefined) warnings.add('dropped', name, 'this dialect has no such member');
  }
  if (request.parallelToolCalls === false) {
    warnings.add('dropped', 'parallelToolCalls', 'this dialect can not switch parallel calls off');
  }
}
