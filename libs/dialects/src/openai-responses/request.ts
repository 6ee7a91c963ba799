import { GatewayError } from '@tollgate/contracts';
import type { ClientBody, RequestEnvelope, RequestPatch, RequestPath } from '../dialect.js';
import { carriesForeignState } from '../canonical/signature.js';
import { GUARDED_FIELDS, guardedIn, withhold } from '../json/guarded.js';
import { RequestBody, reshapeBody, type BodyPatches } from '../json/request-body.js';
import { objectOf } from '../json/tolerant.js';

/**
 * Members of a request that the gateway reads or patches.
 * https://platform.openai.com/docs/api-reference/responses/create
 */
const FIELDS = [
  'model',
  'stream',
  'max_output_tokens',
  'previous_response_id',
  'conversation',
  'prompt',
  'store',
  'background',
  'stream_options',
  ...GUARDED_FIELDS,
] as const;
type Body = RequestBody<(typeof FIELDS)[number]>;

const OUTPUT_LIMIT = 'max_output_tokens';
const IMAGE = Buffer.from('"input_image"');
/** Most that one image costs as input at high detail: 85 + 170 × 8 tiles on gpt-4o, 1,536 patches × 1.62 on mini models. */
const TOKENS_PER_IMAGE_MAX = 2_500;
/** Input that lies elsewhere: items and files at the vendor, files that it fetches. */
const OUTSIDE_INPUT = ['"item_reference"', '"file_id"', '"file_url"', '"vector_store_ids"'].map((text) =>
  Buffer.from(text),
);

/** Reads the envelope of a request for a response, its compaction, or a count of its tokens, in one pass over its bytes. */
export function readRequest(bytes: Buffer, { operation }: RequestPath): ClientBody {
  const body: Body = new RequestBody(bytes, FIELDS);
  if (body.boolean('background')) throw backgroundUnsupported();
  const envelope = readEnvelope(body, operation);
  return {
    envelope,
    foreignState: carriesForeignState(bytes),
    guarded: guardedIn(body),
    encode: (patch) => reshapeBody(encode(body, envelope, patch), patch),
  };
}

export function backgroundUnsupported(): GatewayError {
  return new GatewayError('unsupported_feature', 'background answers are not supported yet', {
    field: 'background',
  });
}

function readEnvelope(body: Body, operation: RequestPath['operation']): RequestEnvelope {
  const continues = body.value('previous_response_id');
  const generates = operation === 'chat';
  return {
    model: body.model('model'),
    streamed: generates && body.boolean('stream'),
    // Usage is part of the last event of every stream.
    wantsStreamUsage: true,
    outputTokensMax: operation === 'count-tokens' ? 0 : body.integer(OUTPUT_LIMIT),
    choices: 1,
    inputTokensMax: body.length + TOKENS_PER_IMAGE_MAX * body.occurrences(IMAGE),
    storedInput: hasStoredInput(body),
    continues: typeof continues === 'string' ? continues : null,
    conversation: conversationId(body.value('conversation')),
    // The vendor stores an answer unless it is told not to.
    stored: generates && body.value('store') !== false,
  };
}

/** Its id, bare or as a member. */
function conversationId(conversation: unknown): string | null {
  const id = objectOf(conversation)?.['id'] ?? conversation;
  return typeof id === 'string' ? id : null;
}

function hasStoredInput(body: Body): boolean {
  const refers = (['previous_response_id', 'conversation', 'prompt'] as const).some(
    (field) => body.has(field) && body.value(field) !== null,
  );
  return refers || OUTSIDE_INPUT.some((mark) => body.occurrences(mark) > 0);
}

function encode(body: Body, envelope: RequestEnvelope, patch: RequestPatch): Buffer {
  const patches: BodyPatches = { replaced: [], added: [] };
  if (patch.model !== envelope.model) body.set(patches, 'model', patch.model);
  if (patch.outputTokensMax !== undefined) body.set(patches, OUTPUT_LIMIT, patch.outputTokensMax);
  if (patch.withhold?.includes('include_obfuscation') === true) {
    const { include_obfuscation: _withheld, ...options } = body.object('stream_options') ?? {};
    body.set(patches, 'stream_options', options);
  }
  withhold(body, patches, patch.withhold);
  return body.with(patches);
}
