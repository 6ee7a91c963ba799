import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest, Parameter, ResponseFormat } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { EncodedRequest } from '../dialect.js';
import { encodeFormat } from '../json/openai-format.js';
import { given } from '../json/tolerant.js';
import { encodeMessages } from './encode-messages.js';
import type { PartContext } from './encode-parts.js';
import { encodeReasoningRequest } from './encode-reasoning.js';
import { encodeTools } from './encode-tools.js';

const ORIGIN = 'openai-chat';

/** @throws GatewayError `unsupported_feature` for what the target can't be told */
export function encodeRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  const warnings = new Warnings();
  const context: PartContext = { origin: request.origin, target, warnings };
  const { instructed, format } = encodeFormat(request, context, wireFormat);
  const body = {
    ...encodeExtensions(request, warnings),
    model: target.model,
    messages: encodeMessages(instructed, context),
    ...encodeStreaming(request, target),
    ...given(target.outputLimitField, request.outputTokensMax),
    ...encodeParameters(request, context),
    ...encodeTools(request, context),
    ...encodeReasoningRequest(request, context),
    ...given('response_format', format),
  };
  return { body, warnings: warnings.list };
}

function encodeExtensions({ origin, extensions }: CanonicalRequest, warnings: Warnings): JsonObject {
  if (origin === ORIGIN) {
    // Written with the others of streaming, if there is any.
    const { stream_options: _, ...others } = extensions;
    return others;
  }
  for (const name of Object.keys(extensions)) warnings.add('dropped', name, 'only its own dialect knows it');
  return {};
}

function encodeStreaming(
  { stream, origin, extensions }: CanonicalRequest,
  { streamUsage }: TargetProfile,
): JsonObject {
  if (!stream) return {};
  const kept = origin === ORIGIN ? (extensions['stream_options'] as JsonObject | undefined) : undefined;
  const options = { ...kept, ...(streamUsage ? { include_usage: true } : {}) };
  return { stream, ...(Object.keys(options).length === 0 ? {} : { stream_options: options }) };
}

/** Parameters by their wire names, with the canonical ones that targets may not take. */
function encodeParameters(request: CanonicalRequest, { target, warnings }: PartContext): JsonObject {
  const { sampling, stopSequences, logprobs } = request;
  const parameters: readonly (readonly [Parameter, JsonObject])[] = [
    ['temperature', given('temperature', sampling.temperature)],
    ['topP', given('top_p', sampling.topP)],
    ['topK', given('top_k', sampling.topK)],
    ['frequencyPenalty', given('frequency_penalty', sampling.frequencyPenalty)],
    ['presencePenalty', given('presence_penalty', sampling.presencePenalty)],
    ['seed', given('seed', sampling.seed)],
    ['stopSequences', stopSequences.length === 0 ? {} : { stop: stopSequences }],
    ['choices', given('n', request.choices)],
    ['logprobs', logprobs === undefined ? {} : { logprobs: true, ...topLogprobs(logprobs.top) }],
    ['logitBias', given('logit_bias', request.logitBias)],
    ['serviceTier', given('service_tier', request.serviceTier)],
    ['metadata', given('metadata', request.metadata)],
    ['user', given('user', request.user)],
    ['promptCacheKey', given('prompt_cache_key', request.promptCacheKey)],
    [
      'parallelToolCalls',
      request.tools.length === 0 ? {} : given('parallel_tool_calls', request.parallelToolCalls),
    ],
  ];
  const taken = parameters.filter(([name, members]) => {
    if (Object.keys(members).length === 0 || !target.unsupported.has(name)) return true;
    warnings.add('dropped', name, 'the vendor does not take it');
    return false;
  });
  return Object.assign({}, ...taken.map(([, members]) => members)) as JsonObject;
}

function topLogprobs(top: number): JsonObject {
  return top > 0 ? { top_logprobs: top } : {};
}

function wireFormat(format: ResponseFormat): JsonObject {
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json') return { type: 'json_object' };
  const { name, schema, description, strict } = format;
  return {
    type: 'json_schema',
    json_schema: { name, ...given('description', description), schema, ...given('strict', strict) },
  };
}
