import { unsupported } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest, Parameter } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { EncodedRequest } from '../dialect.js';
import { given } from '../json/tolerant.js';
import { encodeConversation } from './encode-messages.js';
import { encodeReasoning } from './encode-reasoning.js';
import { encodeTools } from './encode-tools.js';
import { DIALECT, type Block } from './wire.js';

/**
 * Model and streaming stand in the path.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 *
 * @throws GatewayError `unsupported_feature`
 */
export function encodeRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  if ((request.choices ?? 1) > 1) throw unsupported('choices', 'This vendor gives one answer to a request.');
  const warnings = new Warnings();
  const { outputConfig, instructions } = encodeFormat(request, target, warnings);
  const reasoning = encodeReasoning(request, target, warnings);
  const sampling = encodeSampling(request, target, reasoning.thinks, warnings);
  const fields = { ...reasoning.fields, ...sampling.fields };
  const inferenceConfig = { ...given('maxTokens', reasoning.outputTokensMax), ...sampling.config };
  const body = {
    ...encodeExtensions(request, warnings),
    ...encodeConversation(request, instructions, target, warnings),
    ...member('inferenceConfig', inferenceConfig),
    ...encodeTools(request, target, warnings),
    ...member('additionalModelRequestFields', fields),
    ...given('outputConfig', outputConfig),
    ...encodeIdentification(request, target, warnings),
  };
  dropOthers(request, warnings);
  return { body, warnings: warnings.list };
}

const COUNTED = new Set(['messages', 'system', 'toolConfig', 'additionalModelRequestFields']);

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html */
export function encodeTokenCountRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  const { body, warnings } = encodeRequest(request, target);
  const counted = Object.fromEntries(Object.entries(body).filter(([name]) => COUNTED.has(name)));
  return { body: { input: { converse: counted } }, warnings };
}

function member(name: string, value: JsonObject): Block {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

function encodeExtensions({ origin, extensions }: CanonicalRequest, warnings: Warnings): JsonObject {
  if (origin === DIALECT) return extensions;
  for (const name of Object.keys(extensions)) {
    warnings.add('dropped', name, 'only the dialect of the request knows it');
  }
  return {};
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html */
function encodeFormat(
  { responseFormat }: CanonicalRequest,
  { structuredOutput }: TargetProfile,
  warnings: Warnings,
): { readonly outputConfig?: Block; readonly instructions: readonly string[] } {
  if (responseFormat === undefined || responseFormat.type === 'text') return { instructions: [] };
  if (responseFormat.type === 'json-schema' && structuredOutput === 'json-schema') {
    const { name, description, schema } = responseFormat;
    const jsonSchema = { schema: JSON.stringify(schema), name, ...given('description', description) };
    const textFormat = { type: 'json_schema', structure: { jsonSchema } };
    return { outputConfig: { textFormat }, instructions: [] };
  }
  warnings.add('approximated', 'responseFormat', 'the model is asked for JSON in its instructions');
  const plea = 'Answer with one valid JSON value and nothing else: no words around it and no code fence.';
  if (responseFormat.type === 'json') return { instructions: [plea] };
  const schema = JSON.stringify(responseFormat.schema);
  return { instructions: [`${plea} It must satisfy this JSON schema:\n${schema}`] };
}

const TEMPERATURE_MAX = 1;
const UNKNOWN_SAMPLING = ['frequencyPenalty', 'presencePenalty', 'seed'] as const;

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html */
function encodeSampling(
  { sampling, stopSequences }: CanonicalRequest,
  target: TargetProfile,
  thinks: boolean,
  warnings: Warnings,
): { readonly config: Block; readonly fields: Block } {
  for (const name of UNKNOWN_SAMPLING) {
    if (sampling[name] !== undefined) warnings.add('dropped', name, 'the vendor does not know it');
  }
  const taken = <Value>(name: Parameter, value: Value | undefined): Value | undefined => {
    if (value === undefined) return undefined;
    if (!target.unsupported.has(name) && !(thinks && name !== 'stopSequences')) return value;
    warnings.add('dropped', name, thinks ? 'not while the model thinks' : 'the model does not take it');
    return undefined;
  };
  const temperature = taken('temperature', sampling.temperature);
  if (temperature !== undefined && temperature > TEMPERATURE_MAX) {
    warnings.add('approximated', 'temperature', 'it is at most 1 there');
  }
  const stops = stopSequences.filter((text) => text.trim() !== '');
  if (stops.length < stopSequences.length) {
    warnings.add('dropped', 'stopSequences', 'the vendor does not take those of mere space');
  }
  return {
    config: {
      ...given('temperature', temperature === undefined ? undefined : Math.min(temperature, TEMPERATURE_MAX)),
      ...given('topP', taken('topP', sampling.topP)),
      ...given('stopSequences', taken('stopSequences', stops.length === 0 ? undefined : stops)),
    },
    fields: given('top_k', taken('topK', sampling.topK)),
  };
}

const TIERS: ReadonlyMap<string, string> = new Map([
  ['priority', 'priority'],
  ['default', 'default'],
  ['standard', 'default'],
  ['flex', 'flex'],
]);

function encodeIdentification(
  { metadata, serviceTier }: CanonicalRequest,
  { unsupported: out }: TargetProfile,
  warnings: Warnings,
): Block {
  const tier = serviceTier === undefined || out.has('serviceTier') ? undefined : TIERS.get(serviceTier);
  if (serviceTier !== undefined && serviceTier !== 'auto' && tier === undefined) {
    warnings.add('dropped', 'serviceTier', 'the vendor has no such tier');
  }
  // It is only written into the operator's own log of invocations, within narrow limits.
  if (metadata !== undefined) warnings.add('dropped', 'metadata', 'it is not kept with the answer there');
  return tier === undefined ? {} : { serviceTier: { type: tier } };
}

const UNKNOWN = ['logprobs', 'logitBias', 'promptCacheKey', 'user'] as const;

function dropOthers(request: CanonicalRequest, warnings: Warnings): void {
  for (const name of UNKNOWN) {
    if (request[name] !== undefined) warnings.add('dropped', name, 'the vendor does not know it');
  }
}
