import { unsupported } from '../canonical/failure.js';
import { budgetOf, reasoningIsOff } from '../canonical/reasoning.js';
import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest, Sampling } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { EncodedRequest } from '../dialect.js';
import { given } from '../json/tolerant.js';
import { encodeMessages } from './encode-messages.js';
import { encodeTools } from './encode-tools.js';
import { DIALECT, type Block } from './wire.js';

/**
 * https://docs.cohere.com/reference/chat
 *
 * @throws GatewayError `unsupported_feature`
 */
export function encodeRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  if ((request.choices ?? 1) > 1) throw unsupported('choices', 'This vendor gives one answer to a request.');
  const warnings = new Warnings();
  const { format, instructions } = encodeFormat(request, target, warnings);
  const body = {
    ...encodeExtensions(request, warnings),
    model: target.model,
    messages: encodeMessages(request, instructions, target, warnings),
    ...(request.stream ? { stream: true } : {}),
    ...given('max_tokens', request.outputTokensMax),
    ...encodeSampling(request, target, warnings),
    ...encodeStopSequences(request, target, warnings),
    ...encodeTools(request, target, warnings),
    ...given('response_format', format),
    ...given('thinking', encodeThinking(request, target, warnings)),
  };
  dropOthers(request, warnings);
  return { body, warnings: warnings.list };
}

/** `documents`, `citation_options`, `safety_mode` and the like. */
function encodeExtensions({ origin, extensions }: CanonicalRequest, warnings: Warnings): JsonObject {
  if (origin === DIALECT) return extensions;
  for (const name of Object.keys(extensions)) {
    warnings.add('dropped', name, 'only the dialect of the request knows it');
  }
  return {};
}

/** https://docs.cohere.com/docs/structured-outputs */
function encodeFormat(
  { responseFormat, tools }: CanonicalRequest,
  { structuredOutput }: TargetProfile,
  warnings: Warnings,
): { readonly format?: Block; readonly instructions: readonly string[] } {
  if (responseFormat === undefined || responseFormat.type === 'text') return { instructions: [] };
  const schema = responseFormat.type === 'json-schema' ? responseFormat.schema : undefined;
  // The vendor refuses a format beside tools.
  const taken = tools.length === 0 && structuredOutput !== 'none';
  if (taken && (schema === undefined || structuredOutput === 'json-schema')) {
    return { format: { type: 'json_object', ...given('json_schema', schema) }, instructions: [] };
  }
  warnings.add('approximated', 'responseFormat', 'the model is asked for JSON in its instructions');
  const plea = 'Answer with one valid JSON value and nothing else: no words around it and no code fence.';
  const told =
    schema === undefined ? plea : `${plea} It must satisfy this JSON schema:\n${JSON.stringify(schema)}`;
  return { ...(taken ? { format: { type: 'json_object' } } : {}), instructions: [told] };
}

/** Wire names, and what the vendor takes between. */
const SAMPLING: readonly (readonly [keyof Sampling, string, number, number])[] = [
  ['temperature', 'temperature', 0, Infinity],
  ['topP', 'p', 0.01, 0.99],
  ['topK', 'k', 0, 500],
  ['frequencyPenalty', 'frequency_penalty', 0, 1],
  ['presencePenalty', 'presence_penalty', 0, 1],
  ['seed', 'seed', 0, Number.MAX_SAFE_INTEGER],
];

function encodeSampling({ sampling }: CanonicalRequest, target: TargetProfile, warnings: Warnings): Block {
  const encoded: Record<string, number> = {};
  for (const [name, wireName, least, most] of SAMPLING) {
    const value = sampling[name];
    if (value === undefined) continue;
    if (target.unsupported.has(name)) {
      warnings.add('dropped', name, 'the vendor does not take it');
      continue;
    }
    const fitting = Math.min(Math.max(value, least), most);
    if (fitting !== value) warnings.add('approximated', name, `it is from ${least} to ${most} there`);
    encoded[wireName] = fitting;
  }
  return encoded;
}

const STOP_SEQUENCES_MAX = 5;

function encodeStopSequences(
  { stopSequences }: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): Block {
  const taken = target.unsupported.has('stopSequences') ? [] : stopSequences.slice(0, STOP_SEQUENCES_MAX);
  if (taken.length < stopSequences.length) {
    warnings.add('dropped', 'stopSequences', `there are at most ${STOP_SEQUENCES_MAX} there`);
  }
  return taken.length === 0 ? {} : { stop_sequences: taken };
}

/** https://docs.cohere.com/docs/reasoning */
function encodeThinking(
  { reasoning, outputTokensMax }: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): Block | undefined {
  if (reasoning === undefined) return undefined;
  const off = reasoningIsOff(reasoning);
  if (target.reasoning === 'none' || target.unsupported.has('reasoning')) {
    if (!off) warnings.add('dropped', 'reasoning', "the model can't be told how much to think");
    return undefined;
  }
  if (off) return { type: 'disabled' };
  const budget = budgetOf(reasoning, outputTokensMax);
  if (budget !== reasoning.budgetTokens && budget !== undefined) {
    warnings.add('approximated', 'reasoning', 'the vendor is told a number of tokens to think with');
  }
  return { type: 'enabled', ...given('token_budget', budget) };
}

const UNKNOWN = ['logprobs', 'logitBias', 'metadata', 'promptCacheKey', 'serviceTier', 'user'] as const;

function dropOthers(request: CanonicalRequest, warnings: Warnings): void {
  for (const name of UNKNOWN) {
    if (request[name] !== undefined) warnings.add('dropped', name, 'the vendor does not know it');
  }
}
