import type { JsonObject } from '../canonical/part.js';
import { effortOf, reasoningIsOff } from '../canonical/reasoning.js';
import type { CanonicalRequest, Parameter, ResponseFormat } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { EncodedRequest } from '../dialect.js';
import { encodeFormat } from '../json/openai-format.js';
import { arrayOf, given, objectOf } from '../json/tolerant.js';
import { TOOL_EXTENSION } from './decode-tools.js';
import { unsupported, type EncodeContext } from './encode-content.js';
import { encodeInput } from './encode-input.js';
import { encodeTools } from './encode-tools.js';
import { DIALECT, INCLUDE_ENCRYPTED_REASONING, INCLUDE_LOGPROBS } from './wire.js';

/** @throws GatewayError `unsupported_feature` for what the target can't be told */
export function encodeRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  const warnings = new Warnings();
  const context: EncodeContext = { target, warnings, own: request.origin === DIALECT };
  refuseUnknown(request);
  const { instructed, format } = encodeFormat(request, context, wireFormat);
  const { instructions, input } = encodeInput(instructed, context);
  const reasoning = encodeReasoning(request, context);
  const body = {
    ...encodeExtensions(request, context),
    model: target.model,
    ...given('instructions', instructions),
    input: format === undefined ? input : mentioningJson(input, format, context),
    ...(request.stream ? { stream: true } : {}),
    ...encodeParameters(request, context),
    ...encodeTools(request, context),
    ...extended('reasoning', reasoning, request),
    ...extended('text', format === undefined ? undefined : { format }, request),
    ...encodeStorage(request, { context, reasons: reasoning !== undefined }),
  };
  return { body, warnings: warnings.list };
}

/** Counting takes what the answer is made of, and nothing that concerns how it is given. */
export function encodeTokenCountRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  const { body, warnings } = encodeRequest({ ...request, stream: false }, target);
  const members = Object.entries(body).filter(([name]) => COUNTED.has(name));
  return { body: Object.fromEntries(members), warnings };
}

/** https://platform.openai.com/docs/api-reference/responses/input-tokens */
const COUNTED: ReadonlySet<string> = new Set([
  ...['model', 'instructions', 'input', 'tools', 'tool_choice', 'parallel_tool_calls', 'reasoning', 'text'],
  'truncation',
]);

/** What would change the answer if it were left out. */
function refuseUnknown({ stopSequences, choices }: CanonicalRequest): void {
  if (stopSequences.length > 0) throw unsupported('stopSequences', 'stop sequences');
  if ((choices ?? 1) > 1) throw unsupported('choices', 'several choices');
}

function encodeExtensions({ extensions }: CanonicalRequest, { own, warnings }: EncodeContext): JsonObject {
  if (own) {
    const kept = Object.entries(extensions).filter(([name]) => !name.startsWith(TOOL_EXTENSION));
    return Object.fromEntries(kept);
  }
  for (const name of Object.keys(extensions)) warnings.add('dropped', name, 'only its own dialect knows it');
  return {};
}

/** An object of which the client wrote other members besides. */
function extended(name: string, members: JsonObject | undefined, request: CanonicalRequest): JsonObject {
  if (members === undefined) return {};
  const others = request.origin === DIALECT ? objectOf(request.extensions[name]) : undefined;
  return { [name]: { ...others, ...members } };
}

/**
 * Nothing is left at a vendor that the client did not ask to leave there; so the vendor gives the state of its reasoning
 * to take along. Models that do not reason refuse to be asked for it.
 * https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items
 */
function encodeStorage(
  request: CanonicalRequest,
  { context, reasons }: { readonly context: EncodeContext; readonly reasons: boolean },
): JsonObject {
  const { fulfilled = {}, logprobs } = request;
  const asked = context.own ? arrayOf(fulfilled['include']) : [];
  const encrypted = !context.own && reasons && !isOff(request);
  const include = new Set<unknown>([
    ...asked,
    ...(encrypted ? [INCLUDE_ENCRYPTED_REASONING] : []),
    ...(logprobs !== undefined && !context.target.unsupported.has('logprobs') ? [INCLUDE_LOGPROBS] : []),
  ]);
  const { include: _, stream_options: options, ...kept } = fulfilled;
  return {
    ...(context.own ? kept : { store: false }),
    ...(context.own && request.stream ? given('stream_options', options) : {}),
    ...(include.size === 0 ? {} : { include: [...include] }),
  };
}

function isOff({ reasoning }: CanonicalRequest): boolean {
  return reasoning !== undefined && reasoningIsOff(reasoning);
}

/** Fewer are refused by OpenAI. */
const OUTPUT_TOKENS_MIN = 16;

/** Parameters by their wire names, with the canonical ones that targets may not take. */
function encodeParameters(request: CanonicalRequest, context: EncodeContext): JsonObject {
  const { target, warnings } = context;
  const { sampling, logprobs, tools } = request;
  const parameters: readonly (readonly [Parameter, JsonObject])[] = [
    ['temperature', given('temperature', sampling.temperature)],
    ['topP', given('top_p', sampling.topP)],
    ['logprobs', logprobs !== undefined && logprobs.top > 0 ? { top_logprobs: logprobs.top } : {}],
    ['serviceTier', given('service_tier', request.serviceTier)],
    ['metadata', given('metadata', request.metadata)],
    ['user', given('user', request.user)],
    ['promptCacheKey', given('prompt_cache_key', request.promptCacheKey)],
    ['parallelToolCalls', tools.length === 0 ? {} : given('parallel_tool_calls', request.parallelToolCalls)],
  ];
  const taken = parameters.filter(([name, members]) => {
    if (Object.keys(members).length === 0 || !target.unsupported.has(name)) return true;
    warnings.add('dropped', name, 'the vendor does not take it');
    return false;
  });
  for (const name of ['topK', 'frequencyPenalty', 'presencePenalty', 'seed'] as const) {
    if (sampling[name] !== undefined) warnings.add('dropped', name, 'there is no such parameter there');
  }
  if (request.logitBias !== undefined)
    warnings.add('dropped', 'logitBias', 'there is no such parameter there');
  return Object.assign(outputLimit(request, context), ...taken.map(([, members]) => members)) as JsonObject;
}

function outputLimit(
  { outputTokensMax: limit }: CanonicalRequest,
  { own, warnings }: EncodeContext,
): JsonObject {
  if (limit === undefined) return {};
  if (own || limit >= OUTPUT_TOKENS_MIN) return { max_output_tokens: limit };
  warnings.add('approximated', 'outputTokensMax', `a limit is at least ${OUTPUT_TOKENS_MIN} there`);
  return { max_output_tokens: OUTPUT_TOKENS_MIN };
}

function encodeReasoning(
  { reasoning }: CanonicalRequest,
  { target, warnings }: EncodeContext,
): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  if (target.reasoning === 'none' || target.unsupported.has('reasoning')) {
    warnings.add('dropped', 'reasoning', 'the model can not be told how much to think');
    return undefined;
  }
  if (reasoningIsOff(reasoning)) return { effort: 'none' };
  const effort = effortOf(reasoning);
  if (reasoning.effort === undefined && effort !== undefined) {
    warnings.add('approximated', 'reasoning.budgetTokens', 'a budget becomes an effort there');
  }
  const summary = reasoning.summary ?? (reasoning.visible === true ? 'auto' : undefined);
  return { ...given('effort', effort), ...given('summary', summary) };
}

export function wireFormat(format: ResponseFormat): JsonObject {
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json') return { type: 'json_object' };
  const { name, schema, description, strict } = format;
  return {
    type: 'json_schema',
    name,
    ...given('description', description),
    schema,
    ...given('strict', strict),
  };
}

/**
 * OpenAI refuses `json_object` unless the input, instructions aside, speaks of JSON.
 * https://platform.openai.com/docs/guides/structured-outputs#json-mode
 */
function mentioningJson(
  input: readonly JsonObject[],
  format: JsonObject,
  context: EncodeContext,
): readonly JsonObject[] {
  if (format['type'] !== 'json_object' || context.own || /json/i.test(JSON.stringify(input))) return input;
  context.warnings.add('added', 'messages', 'the input has to speak of JSON there');
  const content = [{ type: 'input_text', text: 'Answer in JSON.' }];
  return [...input, { type: 'message', role: context.target.systemRole, content }];
}
