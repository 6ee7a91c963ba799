import { unsupported } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest, Parameter } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { EncodedRequest } from '../dialect.js';
import { given, objectOf } from '../json/tolerant.js';
import { TOOL_EXTENSION } from './decode-tools.js';
import { encodeFormat } from './encode-format.js';
import { encodeConversation } from './encode-messages.js';
import { encodeReasoning } from './encode-reasoning.js';
import { encodeSampling } from './encode-sampling.js';
import { encodeTools } from './encode-tools.js';
import { DIALECT, type Block } from './wire.js';

/**
 * https://platform.claude.com/docs/en/api/messages/create
 *
 * @throws GatewayError `unsupported_feature`
 */
export function encodeRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  if ((request.choices ?? 1) > 1) throw unsupported('choices', 'This vendor gives one answer to a request.');
  const warnings = new Warnings();
  const { format, instructions } = encodeFormat(request, target, warnings);
  const conversation = encodeConversation(request, instructions, target, warnings);
  const tools = encodeTools(request, target, warnings);
  const { messages, system } = conversation;
  const toolChoice = tools.tool_choice;
  const reasoning = encodeReasoning({ request, target, messages, toolChoice, warnings });
  const extensions = encodeExtensions(request, warnings);
  const { outputTokensMax, thinking, effort } = reasoning;
  const thinks = thinking !== undefined && thinking['type'] !== 'disabled';
  const body = {
    ...extensions,
    model: target.model,
    max_tokens: outputTokensMax,
    ...given('system', system),
    messages,
    ...tools,
    ...given('thinking', thinking),
    ...merged('output_config', extensions, { ...given('effort', effort), ...given('format', format) }),
    ...encodeSampling(request, target, thinks, warnings),
    ...merged('metadata', extensions, encodeUser(request, target, warnings)),
    ...encodeServiceTier(request, target, warnings),
    ...(request.stream ? { stream: true } : {}),
  };
  dropOthers(request, warnings);
  return { body, warnings: warnings.list };
}

/** Members that a request for a count of tokens has, too. */
const COUNTED = new Set([
  ...['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config', 'cache_control'],
  ...['mcp_servers', 'context_management'],
]);

/** https://platform.claude.com/docs/en/api/messages/count_tokens */
export function encodeTokenCountRequest(request: CanonicalRequest, target: TargetProfile): EncodedRequest {
  const { body, warnings } = encodeRequest(request, target);
  return { body: Object.fromEntries(Object.entries(body).filter(([name]) => COUNTED.has(name))), warnings };
}

function encodeExtensions({ origin, extensions }: CanonicalRequest, warnings: Warnings): JsonObject {
  const entries = Object.entries(extensions);
  if (origin === DIALECT)
    return Object.fromEntries(entries.filter(([name]) => !name.startsWith(TOOL_EXTENSION)));
  for (const [name] of entries) warnings.add('dropped', name, 'only the dialect of the request knows it');
  return {};
}

/** A member that is read in part, with the rest of what the client wrote into it. */
function merged(name: string, extensions: JsonObject, members: Block): Block {
  const value = { ...objectOf(extensions[name]), ...members };
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

const USER_LENGTH_MAX = 256;

function encodeUser(
  { user }: CanonicalRequest,
  { unsupported: out }: TargetProfile,
  warnings: Warnings,
): Block {
  if (user === undefined) return {};
  if (!out.has('user') && user.length <= USER_LENGTH_MAX) return { user_id: user };
  warnings.add('dropped', 'user', 'the vendor does not take it');
  return {};
}

/** https://platform.claude.com/docs/en/api/service-tiers */
const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['default', 'standard_only'],
  ['standard', 'standard_only'],
  ['standard_only', 'standard_only'],
]);

function encodeServiceTier(
  { serviceTier }: CanonicalRequest,
  target: TargetProfile,
  warnings: Warnings,
): Block {
  if (serviceTier === undefined) return {};
  const tier = target.unsupported.has('serviceTier') ? undefined : SERVICE_TIERS.get(serviceTier);
  if (tier === undefined) warnings.add('dropped', 'serviceTier', 'the vendor has no such tier');
  return given('service_tier', tier);
}

const UNKNOWN: readonly (Parameter & keyof CanonicalRequest)[] = [
  'logprobs',
  'logitBias',
  'metadata',
  'promptCacheKey',
];

function dropOthers(request: CanonicalRequest, warnings: Warnings): void {
  for (const name of UNKNOWN) {
    if (request[name] !== undefined) warnings.add('dropped', name, 'the vendor does not know it');
  }
}
