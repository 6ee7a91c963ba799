import type { JsonObject } from '../canonical/part.js';
import {
  EFFORTS,
  type CanonicalRequest,
  type ReasoningRequest,
  type ResponseFormat,
} from '../canonical/request.js';
import { parseRequest } from '../json/parse-request.js';
import { given } from '../json/tolerant.js';
import { decodeInput, storedUnsupported } from './decode-input.js';
import { decodeToolChoice, decodeTools } from './decode-tools.js';
import { backgroundUnsupported } from './request.js';
import { DIALECT, INCLUDE_LOGPROBS, responsesRequest, type WireFormat, type WireRequest } from './wire.js';

/**
 * Normal forms: a text as input becomes a message; instructions come first, in one text; names and ids of items are not
 * kept, for whoever is told of them does not store them.
 *
 * @throws GatewayError `invalid_request` with the path of the field at fault; `unsupported_feature`, to be tried on the
 *   next channel, for a conversation that lies at a vendor
 */
export function decodeRequest(body: unknown): CanonicalRequest {
  const wire = parseRequest(responsesRequest, body);
  refuseStored(wire);
  const { tools, extensions } = decodeTools(wire.tools ?? []);
  const format = decodeFormat(wire.text?.format ?? undefined);
  const reasoning = decodeReasoning(wire);
  return {
    origin: DIALECT,
    model: wire.model,
    stream: wire.stream === true,
    ...decodeInput(wire),
    tools,
    ...given('toolChoice', wire.tool_choice ? decodeToolChoice(wire.tool_choice) : undefined),
    ...given('parallelToolCalls', wire.parallel_tool_calls ?? undefined),
    ...given('responseFormat', format),
    ...given('outputTokensMax', wire.max_output_tokens ?? undefined),
    stopSequences: [],
    sampling: {
      ...given('temperature', wire.temperature ?? undefined),
      ...given('topP', wire.top_p ?? undefined),
    },
    ...given('reasoning', reasoning),
    ...given('logprobs', decodeLogprobsRequest(wire)),
    ...given('serviceTier', wire.service_tier ?? undefined),
    ...given('metadata', wire.metadata ?? undefined),
    ...given('user', wire.user ?? undefined),
    ...given('promptCacheKey', wire.prompt_cache_key ?? undefined),
    extensions: { ...extensions, ...decodeExtensions(wire) },
    ...given('fulfilled', decodeFulfilled(wire)),
  };
}

function refuseStored(wire: WireRequest): void {
  if (wire.background === true) throw backgroundUnsupported();
  for (const field of ['previous_response_id', 'conversation', 'prompt'] as const) {
    if ((wire[field] ?? null) !== null) throw storedUnsupported(field, `what "${field}" names`);
  }
}

function decodeFormat(format: WireFormat | undefined): ResponseFormat | undefined {
  switch (format?.type) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const { name, schema, description, strict } = format as Extract<WireFormat, { type: 'json_schema' }>;
      return {
        type: 'json-schema',
        name,
        schema,
        ...given('description', description ?? undefined),
        ...given('strict', strict ?? undefined),
      };
    }
    default:
      return undefined;
  }
}

/** https://platform.openai.com/docs/guides/reasoning */
function decodeReasoning({ reasoning }: WireRequest): ReasoningRequest | undefined {
  const effort = EFFORTS.find((known) => known === reasoning?.effort);
  const summary = reasoning?.summary ?? undefined;
  if (effort === undefined && summary === undefined) return undefined;
  return { ...given('effort', effort), ...(summary === undefined ? {} : { visible: true, summary }) };
}

function decodeLogprobsRequest({
  include,
  top_logprobs: top,
}: WireRequest): { readonly top: number } | undefined {
  const asked = include?.includes(INCLUDE_LOGPROBS) === true || (top ?? 0) > 0;
  return asked ? { top: top ?? 0 } : undefined;
}

/**
 * What asks for nothing that another vendor would not do anyway: to store nothing, to answer at once, to add what the
 * gateway gives unasked.
 */
function decodeFulfilled({
  store,
  include,
  background,
  stream_options: options,
}: WireRequest): JsonObject | undefined {
  const fulfilled = {
    ...(store === false ? { store } : {}),
    ...(background === false ? { background } : {}),
    ...given('include', include ?? undefined),
    ...given('stream_options', options ?? undefined),
  };
  return Object.keys(fulfilled).length === 0 ? undefined : fulfilled;
}

const READ: ReadonlySet<string> = new Set(Object.keys(responsesRequest.shape));

/** What is left of the request, verbatim; of objects that are read in part, the rest. */
function decodeExtensions(wire: WireRequest): JsonObject {
  const others = Object.entries(wire).filter(([name, value]) => !READ.has(name) && (value ?? null) !== null);
  const { format, ...text } = wire.text ?? {};
  const { effort, summary: _, ...reasoning } = wire.reasoning ?? {};
  const keptFormat = format && decodeFormat(format) === undefined ? { format } : {};
  const keptEffort = effort && !EFFORTS.some((known) => known === effort) ? { effort } : {};
  return {
    ...Object.fromEntries(others),
    ...(wire.store === true ? { store: true } : {}),
    ...rest('text', { ...text, ...keptFormat }),
    ...rest('reasoning', { ...reasoning, ...keptEffort }),
  };
}

function rest(name: string, members: JsonObject): JsonObject {
  const kept = Object.entries(members).filter(([, value]) => (value ?? null) !== null);
  return kept.length === 0 ? {} : { [name]: Object.fromEntries(kept) };
}
