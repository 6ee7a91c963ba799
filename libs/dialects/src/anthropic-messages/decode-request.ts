import type {
  CanonicalRequest,
  Effort,
  ReasoningRequest,
  ResponseFormat,
  Sampling,
} from '../canonical/request.js';
import { EFFORTS } from '../canonical/request.js';
import type { JsonObject } from '../canonical/part.js';
import { parseRequest } from '../json/parse-request.js';
import { given } from '../json/tolerant.js';
import { decodeConversation } from './decode-messages.js';
import { decodeToolChoice, decodeTools } from './decode-tools.js';
import { DIALECT, messagesRequest, type WireRequest } from './wire.js';

/** @throws GatewayError `invalid_request` with the path of the field at fault */
export function decodeRequest(body: unknown): CanonicalRequest {
  const wire = parseRequest(messagesRequest, body);
  const { tools, extensions } = decodeTools(wire.tools ?? []);
  return {
    origin: DIALECT,
    model: wire.model,
    stream: wire.stream === true,
    ...decodeConversation(wire),
    tools,
    ...decodeToolChoice(wire, tools),
    ...given('outputTokensMax', wire.max_tokens ?? undefined),
    stopSequences: wire.stop_sequences ?? [],
    sampling: decodeSampling(wire),
    ...given('responseFormat', decodeFormat(wire)),
    ...given('reasoning', decodeReasoning(wire)),
    ...given('user', wire.metadata?.user_id ?? undefined),
    ...given('serviceTier', decodeServiceTier(wire.service_tier ?? undefined)),
    extensions: { ...extensions, ...decodeExtensions(wire) },
  };
}

function decodeSampling({ temperature, top_p, top_k }: WireRequest): Sampling {
  return {
    ...given('temperature', temperature ?? undefined),
    ...given('topP', top_p ?? undefined),
    ...given('topK', top_k ?? undefined),
  };
}

/** The dialect gives schemas no name. */
const FORMAT_NAME = 'answer';

function decodeFormat({ output_config, output_format }: WireRequest): ResponseFormat | undefined {
  const format = output_config?.format ?? output_format ?? undefined;
  return format === undefined ? undefined : { type: 'json-schema', name: FORMAT_NAME, schema: format.schema };
}

/** https://platform.claude.com/docs/en/build-with-claude/thinking */
function decodeReasoning({ thinking, output_config }: WireRequest): ReasoningRequest | undefined {
  const named = EFFORTS.find((effort) => effort === output_config?.effort);
  const effort: { effort?: Effort } = given('effort', named);
  if (thinking?.type === 'disabled') return { effort: 'none' };
  const display = thinking?.display ?? undefined;
  const visible = display === undefined ? {} : { visible: display !== 'omitted' };
  if (thinking?.type === 'adaptive') return { ...effort, budgetTokens: -1, ...visible };
  if (thinking?.type === 'enabled') {
    return { ...effort, budgetTokens: thinking.budget_tokens ?? -1, ...visible };
  }
  return named === undefined ? undefined : effort;
}

/** Kinds of thinking that the canonical form knows; others are kept as they are. */
const THINKING_TYPES = new Set(['enabled', 'adaptive', 'disabled']);

/** `standard_only` is what other vendors call `default`. */
function decodeServiceTier(tier: string | undefined): string | undefined {
  return tier === 'standard_only' ? 'default' : tier;
}

/** What is left of the request, verbatim; of objects that are read in part, the rest. */
function decodeExtensions(wire: WireRequest): JsonObject {
  const rest: Record<string, unknown> = Object.fromEntries(
    Object.entries(wire).filter(([name, value]) => !READ.has(name) && value !== null),
  );
  const { format: _format, effort, ...outputConfig } = wire.output_config ?? {};
  const { user_id: _userId, ...metadata } = wire.metadata ?? {};
  const { thinking } = wire;
  // An effort that the canonical form does not know, and one beside thinking that is off.
  const keepsEffort =
    typeof effort === 'string' &&
    (thinking?.type === 'disabled' || !EFFORTS.some((known) => known === effort));
  const kept = { ...outputConfig, ...(keepsEffort ? { effort } : {}) };
  if (Object.keys(kept).length > 0) rest['output_config'] = kept;
  if (Object.keys(metadata).length > 0) rest['metadata'] = metadata;
  if (thinking !== undefined && thinking !== null && !THINKING_TYPES.has(thinking.type))
    rest['thinking'] = thinking;
  return rest;
}

const READ: ReadonlySet<string> = new Set(Object.keys(messagesRequest.shape));
