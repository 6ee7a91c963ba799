import type { ClientBody, RequestEnvelope, RequestPatch, RequestPath } from '../dialect.js';
import { carriesForeignState } from '../canonical/signature.js';
import { GUARDED_FIELDS, guardedIn, withhold } from '../json/guarded.js';
import {
  inputOnlyEnvelope,
  NOTHING_STORED,
  RequestBody,
  reshapeBody,
  type BodyPatches,
} from '../json/request-body.js';

/**
 * Members of a request that the gateway reads or patches.
 * https://platform.claude.com/docs/en/api/messages/create
 */
const FIELDS = ['model', 'stream', 'max_tokens', 'stream_options', ...GUARDED_FIELDS] as const;
type Body = RequestBody<(typeof FIELDS)[number]>;

const IMAGE = Buffer.from('"image"');
/** An image at the highest resolution: 2,576 pixels at its longer side, a token for each 28 × 28 of them. */
const TOKENS_PER_IMAGE_MAX = 4_784;
const DOCUMENT = Buffer.from('"document"');
/** A hundred pages, each read as up to 3,000 tokens of text and as an image of up to 1,600. */
const TOKENS_PER_DOCUMENT_MAX = 100 * 4_600;
/** What tells that a document is no text in the body. */
const DOCUMENT_SOURCES = ['"application/pdf"', '"url"'].map((text) => Buffer.from(text));
/** Input that is not in the body: stored files, and what the vendor's own tools and other servers find. */
const OUTSIDE_INPUT = [
  ...[
    '"file_id"',
    '"web_search_20',
    '"web_fetch_20',
    '"code_execution_20',
    '"tool_search_tool',
    '"mcp_servers"',
  ],
].map((text) => Buffer.from(text));

/** Reads the envelope of a request for a message, or for a count of its tokens, in one pass over its bytes. */
export function readRequest(bytes: Buffer, { operation }: RequestPath): ClientBody {
  const body: Body = new RequestBody(bytes, FIELDS);
  const inputTokensMax = body.length + mediaTokensMax(body);
  const envelope =
    operation === 'count-tokens'
      ? inputOnlyEnvelope(body.model('model'), inputTokensMax)
      : readEnvelope(body, inputTokensMax);
  return {
    envelope,
    foreignState: carriesForeignState(bytes),
    guarded: guardedIn(body),
    encode: (patch) => reshapeBody(encode(body, envelope, patch), patch),
  };
}

function readEnvelope(body: Body, inputTokensMax: number): RequestEnvelope {
  return {
    model: body.model('model'),
    streamed: body.boolean('stream'),
    // Usage is part of every stream.
    wantsStreamUsage: true,
    // 0 only fills the prompt cache.
    outputTokensMax: body.value('max_tokens') === 0 ? 0 : body.integer('max_tokens'),
    choices: 1,
    inputTokensMax,
    ...NOTHING_STORED,
    storedInput: OUTSIDE_INPUT.some((mark) => body.occurrences(mark) > 0),
  };
}

function mediaTokensMax(body: Body): number {
  const sources = DOCUMENT_SOURCES.reduce((count, source) => count + body.occurrences(source), 0);
  const documents = sources === 0 ? 0 : Math.min(sources, body.occurrences(DOCUMENT));
  return TOKENS_PER_IMAGE_MAX * body.occurrences(IMAGE) + TOKENS_PER_DOCUMENT_MAX * documents;
}

function encode(body: Body, envelope: RequestEnvelope, patch: RequestPatch): Buffer {
  const patches: BodyPatches = { replaced: [], added: [] };
  if (patch.model !== envelope.model) body.set(patches, 'model', patch.model);
  if (patch.outputTokensMax !== undefined) body.set(patches, patch.outputLimitField, patch.outputTokensMax);
  withhold(body, patches, patch.withhold);
  return body.with(patches);
}
