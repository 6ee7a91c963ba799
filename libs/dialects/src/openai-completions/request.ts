import type { ClientBody, RequestEnvelope, RequestPatch } from '../dialect.js';
import { NOTHING_STORED, RequestBody, reshapeBody, type BodyPatches } from '../json/request-body.js';

/** https://platform.openai.com/docs/api-reference/completions/create */
const FIELDS = ['model', 'stream', 'stream_options', 'max_tokens', 'n'] as const;
type Body = RequestBody<(typeof FIELDS)[number]>;

const CHOICES_MAX = 128;

/** Reads the envelope of a Completions request in one pass over its bytes. */
export function readRequest(bytes: Buffer): ClientBody {
  const body: Body = new RequestBody(bytes, FIELDS);
  const envelope = readEnvelope(body);
  return {
    envelope,
    foreignState: false,
    // No vendor is spoken to in it: what the translation writes is guarded.
    guarded: [],
    encode: (patch) => reshapeBody(encode(body, envelope, patch), patch),
  };
}

function readEnvelope(body: Body): RequestEnvelope {
  const streamed = body.boolean('stream');
  const choices = body.integer('n', CHOICES_MAX) ?? 1;
  const limit = body.integer('max_tokens');
  return {
    model: body.model('model'),
    streamed,
    wantsStreamUsage: streamed && body.object('stream_options')?.['include_usage'] === true,
    outputTokensMax: limit === null ? null : limit * choices,
    choices,
    inputTokensMax: body.length,
    ...NOTHING_STORED,
  };
}

function encode(body: Body, envelope: RequestEnvelope, patch: RequestPatch): Buffer {
  const patches: BodyPatches = { replaced: [], added: [] };
  if (patch.model !== envelope.model) body.set(patches, 'model', patch.model);
  if (patch.streamUsage && envelope.streamed && !envelope.wantsStreamUsage) {
    body.set(patches, 'stream_options', { ...body.object('stream_options'), include_usage: true });
  }
  if (patch.outputTokensMax !== undefined) body.set(patches, 'max_tokens', patch.outputTokensMax);
  return body.with(patches);
}
