import type { ClientBody, RequestEnvelope, RequestPatch, RequestPath } from '../dialect.js';
import { carriesForeignState } from '../canonical/signature.js';
import { GUARDED_FIELDS, guardedIn, withhold } from '../json/guarded.js';
import { inputOnlyEnvelope, RequestBody, reshapeBody, type BodyPatches } from '../json/request-body.js';

/**
 * Members of a request that the gateway reads or patches.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
const CHAT_FIELDS = [
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  ...GUARDED_FIELDS,
] as const;
const EMBEDDING_FIELDS = ['model'] as const;
type Body = RequestBody<(typeof CHAT_FIELDS)[number]>;

const CHOICES_MAX = 128;
const IMAGE_URL = Buffer.from('"image_url"');
/** Most that one image costs as input at high detail: 85 + 170 × 8 tiles on gpt-4o, 1,536 patches × 1.62 on mini models. */
const TOKENS_PER_IMAGE_MAX = 2_500;

/** Reads the envelope of a Chat Completions or Embeddings request in one pass over its bytes. */
export function readRequest(bytes: Buffer, { operation }: RequestPath): ClientBody {
  const chat = operation !== 'embeddings';
  const body: Body = new RequestBody(bytes, chat ? CHAT_FIELDS : EMBEDDING_FIELDS);
  const envelope = chat ? readEnvelope(body) : inputOnlyEnvelope(body.model('model'), body.length);
  return {
    envelope,
    foreignState: chat && carriesForeignState(bytes),
    guarded: chat ? guardedIn(body) : [],
    encode: (patch) => reshapeBody(encode(body, envelope, patch), patch),
  };
}

function readEnvelope(body: Body): RequestEnvelope {
  const model = body.model('model');
  const streamed = body.boolean('stream');
  const choices = body.integer('n', CHOICES_MAX) ?? 1;
  const limit = outputLimit(body);
  return {
    model,
    streamed,
    wantsStreamUsage: streamed && body.object('stream_options')?.['include_usage'] === true,
    outputTokensMax: limit === null ? null : limit * choices,
    choices,
    inputTokensMax: body.length + TOKENS_PER_IMAGE_MAX * body.occurrences(IMAGE_URL),
    // Each by its name, here and for usage: spreading costs more than all the rest of reading a short request.
    storedInput: false,
    continues: null,
    conversation: null,
    stored: false,
  };
}

/** The higher one of two: vendors know the older name of the limit, the newer one, or both. */
function outputLimit(body: Body): number | null {
  const newer = body.integer('max_completion_tokens');
  const older = body.integer('max_tokens');
  return newer === null || older === null ? (newer ?? older) : Math.max(newer, older);
}

function encode(body: Body, envelope: RequestEnvelope, patch: RequestPatch): Buffer {
  const patches: BodyPatches = { replaced: [], added: [] };
  if (patch.model !== envelope.model) body.set(patches, 'model', patch.model);
  patchStreamOptions(body, envelope, { patches, patch });
  patchOutputLimit(body, patches, patch);
  withhold(body, patches, patch.withhold);
  return body.with(patches);
}

function patchStreamOptions(
  body: Body,
  envelope: RequestEnvelope,
  { patches, patch }: { readonly patches: BodyPatches; readonly patch: RequestPatch },
): void {
  const asksForUsage = patch.streamUsage && envelope.streamed && !envelope.wantsStreamUsage;
  const withheld = patch.withhold?.includes('include_obfuscation') === true;
  if (!asksForUsage && !withheld) return;
  const { include_obfuscation, ...options } = body.object('stream_options') ?? {};
  body.set(patches, 'stream_options', {
    ...options,
    ...(withheld || include_obfuscation === undefined ? {} : { include_obfuscation }),
    ...(asksForUsage ? { include_usage: true } : {}),
  });
}

const LIMITS = ['max_tokens', 'max_completion_tokens'] as const;

/** The client's limit, under the name that the vendor knows; where it wrote both, both stay. */
function patchOutputLimit(body: Body, patches: BodyPatches, patch: RequestPatch): void {
  const { outputLimitField: wanted, outputTokensMax: most } = patch;
  const written = LIMITS.filter((name) => (body.value(name) ?? null) !== null);
  const [only] = written;
  const renamed = patch.verbatim !== true && written.length === 1;
  if (renamed && only !== undefined && only !== wanted && !body.has(wanted as typeof only)) {
    body.rename(patches, only, wanted);
    if (most !== undefined) body.set(patches, only, most);
    return;
  }
  if (most === undefined) return;
  for (const name of new Set([wanted, ...written])) body.set(patches, name, most);
}
