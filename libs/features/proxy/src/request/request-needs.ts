import type { Capability } from '@tollgate/contracts';
import { capabilityBits } from '@tollgate/routing';
import type { SearchedBody } from './body-member.js';
import { QuotedText } from './quoted-text.js';

/** Names and values of which one stands in each request, of whatever dialect, that needs the capability. */
const SIGNS: Readonly<Record<Capability, readonly string[]>> = {
  tools: ['tools', 'functions'],
  vision: ['image_url', 'input_image', 'image', 'inline_data', 'inlineData', 'file_data', 'fileData'],
  audio: ['input_audio', 'audio', 'inline_data', 'inlineData', 'file_data', 'fileData'],
  files: ['input_file', 'file', 'document', 'inline_data', 'inlineData', 'file_data', 'fileData'],
  'json-schema': [
    'json_schema',
    'response_schema',
    'responseSchema',
    'response_json_schema',
    'responseJsonSchema',
  ],
  reasoning: [
    'reasoning_effort',
    'output_config',
    'thinking_config',
    'thinkingConfig',
    'reasoning',
    'thinking',
  ],
};

const NEEDS = Object.entries(SIGNS).map(([capability, signs]) => ({
  bit: capabilityBits([capability as Capability]),
  signs: signs.map((sign) => new QuotedText(sign)),
}));

/**
 * What a request needs, as a set of capability bits. Asked only where some channel lacks something: `asked`, the
 * capabilities that matter. Most bodies have none of the signs, and are not parsed to find that out; in the others a sign
 * may be the name of a tool's parameter, or what one was called with, so that they are looked into.
 */
export function needsOf(body: SearchedBody, asked: number): number {
  let suspected = 0;
  for (const { bit, signs } of NEEDS) {
    if ((asked & bit) !== 0 && signs.some((sign) => sign.isIn(body.bytes))) suspected |= bit;
  }
  return suspected === 0 ? 0 : suspected & capabilityBits([...statedNeeds(membersOf(body.parsed))]);
}

type Members = Readonly<Record<string, unknown>>;

/** By the members where the dialects have them; each name means the same wherever several have it. */
function statedNeeds(body: Members): ReadonlySet<Capability> {
  const needs = new Set<Capability>();
  if (listOf(body['tools']).length + listOf(body['functions']).length > 0) needs.add('tools');
  if (wantsSchema(body)) needs.add('json-schema');
  if (wantsThought(body)) needs.add('reasoning');
  if (isGiven(body['audio']) || listOf(body['modalities']).includes('audio')) needs.add('audio');
  for (const name of ['messages', 'input', 'contents'])
    for (const message of listOf(body[name])) addPart(needs, membersOf(message), 0);
  return needs;
}

function wantsSchema(body: Members): boolean {
  const formats = [
    body['response_format'],
    membersOf(body['text'])['format'],
    membersOf(body['output_config'])['format'],
    body['output_format'],
  ];
  if (formats.some((format) => membersOf(format)['type'] === 'json_schema')) return true;
  const { responseSchema, response_schema, responseJsonSchema, response_json_schema } =
    generationConfig(body);
  return [responseSchema, response_schema, responseJsonSchema, response_json_schema].some(isGiven);
}

function wantsThought(body: Members): boolean {
  const { thinkingConfig, thinking_config } = generationConfig(body);
  const { reasoning_effort, reasoning, thinking } = body;
  const { effort } = membersOf(body['output_config']);
  return [reasoning_effort, reasoning, thinking, effort, thinkingConfig, thinking_config].some(isGiven);
}

function generationConfig({ generationConfig, generation_config }: Members): Members {
  return membersOf(generationConfig ?? generation_config);
}

const PART_TYPES: ReadonlyMap<unknown, Capability> = new Map([
  ...(['image_url', 'input_image', 'image'] as const).map((type) => [type, 'vision'] as const),
  ...(['input_audio', 'audio'] as const).map((type) => [type, 'audio'] as const),
  ...(['input_file', 'file', 'document'] as const).map((type) => [type, 'files'] as const),
]);
const MEDIA_TYPES = [
  [/^image\//i, 'vision'],
  [/^audio\//i, 'audio'],
  [/^application\/pdf$/i, 'files'],
] as const;
/** A message, a tool's result in it, a document in that, its parts: no dialect goes deeper. */
const DEPTH_MAX = 4;

/** A message or a part of one, and the parts in it; what a tool was called with are none. */
function addPart(needs: Set<Capability>, part: Members, depth: number): void {
  const byType = PART_TYPES.get(part['type']);
  if (byType !== undefined) needs.add(byType);
  if (depth === 0 && isGiven(part['audio'])) needs.add('audio');
  const data = membersOf(part['inlineData'] ?? part['inline_data'] ?? part['fileData'] ?? part['file_data']);
  const mediaType = String(data['mimeType'] ?? data['mime_type']);
  for (const [pattern, capability] of MEDIA_TYPES) if (pattern.test(mediaType)) needs.add(capability);
  if (depth === DEPTH_MAX) return;
  const response = membersOf(part['functionResponse'] ?? part['function_response']);
  const within = [part['content'], part['parts'], part['output'], membersOf(part['source'])['content']];
  for (const inner of [...within, response['parts']])
    for (const each of listOf(inner)) addPart(needs, membersOf(each), depth + 1);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

const NO_MEMBERS: Members = {};

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : NO_MEMBERS;
}

/** One alone stands for a list of it. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isGiven(value) ? [value] : [];
}
