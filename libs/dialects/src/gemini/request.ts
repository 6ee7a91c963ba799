import { GatewayError } from '@tollgate/contracts';
import { carriesForeignState } from '../canonical/signature.js';
import { GUARDED_FIELDS, guardedIn, withhold } from '../json/guarded.js';
import type { ClientBody, RequestEnvelope, RequestPatch, RequestPath } from '../dialect.js';
import {
  inputOnlyEnvelope,
  invalidField,
  NOTHING_STORED,
  RequestBody,
  reshapeBody,
  wholeNumber,
  type BodyPatches,
} from '../json/request-body.js';
import { arrayOf, objectOf } from '../json/tolerant.js';

/**
 * Members of a request that the gateway reads or patches; the API takes both spellings.
 * https://ai.google.dev/api/generate-content#request-body
 */
const FIELDS = [
  'generationConfig',
  'generation_config',
  'cachedContent',
  'cached_content',
  'model',
  'requests',
  'generateContentRequest',
  'generate_content_request',
  'stream_options',
  ...GUARDED_FIELDS,
] as const;
type Body = RequestBody<(typeof FIELDS)[number]>;

const CHOICES_MAX = 128;
const MEDIA = ['"inlineData"', '"inline_data"', '"fileData"', '"file_data"'].map((name) => Buffer.from(name));
/** Most that one image costs: https://ai.google.dev/gemini-api/docs/tokens#multimodal-tokens (tiles of 258 tokens). */
const TOKENS_PER_MEDIUM_MAX = 2_580;
const MODEL_NAME_LENGTH_MAX = 200;

/** Reads the envelope of a request: the model and whether it streams stand in the path, limits in the body. */
export function readRequest(bytes: Buffer, path: RequestPath): ClientBody {
  const body: Body = new RequestBody(bytes, FIELDS);
  const model = modelOf(path);
  const generates = path.operation === 'chat';
  const envelope = generates ? readEnvelope(body, model, path) : inputOnlyEnvelope(model, body.length);
  return {
    envelope,
    foreignState: path.operation !== 'embeddings' && carriesForeignState(bytes),
    guarded: guardedIn(body),
    encode: (patch) => reshapeBody(generates ? encode(body, patch) : renamed(body, patch), patch),
  };
}

function modelOf({ model }: RequestPath): string {
  if (model === undefined || model === '' || model.length > MODEL_NAME_LENGTH_MAX) {
    throw invalidField('model', 'must be named in the path');
  }
  return model;
}

function readEnvelope(body: Body, model: string, { streamed = false }: RequestPath): RequestEnvelope {
  const config = body.object(configField(body));
  const read = (camel: string, snake: string, max?: number): number | null => {
    if (config?.[camel] !== undefined && config[snake] !== undefined)
      throw twice(`generationConfig.${camel}`);
    return wholeNumber(config?.[camel] ?? config?.[snake], `generationConfig.${camel}`, max);
  };
  const choices = read('candidateCount', 'candidate_count', CHOICES_MAX) ?? 1;
  const limit = read('maxOutputTokens', 'max_output_tokens');
  const media = MEDIA.reduce((count, name) => count + body.occurrences(name), 0);
  return {
    model,
    streamed,
    wantsStreamUsage: true,
    outputTokensMax: limit === null ? null : limit * choices,
    choices,
    inputTokensMax: body.length + TOKENS_PER_MEDIUM_MAX * media,
    ...NOTHING_STORED,
    storedInput: body.has('cachedContent') || body.has('cached_content'),
  };
}

/** One of two spellings; both at once could be read as one here and as the other at the vendor. */
function configField(body: Body): 'generationConfig' | 'generation_config' {
  if (body.has('generationConfig') && body.has('generation_config')) throw twice('generationConfig');
  return body.has('generation_config') ? 'generation_config' : 'generationConfig';
}

function twice(field: string): GatewayError {
  return new GatewayError('duplicate_field', `The field "${field}" appears in two spellings.`, { field });
}

function encode(body: Body, { outputTokensMax, withhold: withheld }: RequestPatch): Buffer {
  const patches: BodyPatches = { replaced: [], added: [] };
  if (outputTokensMax !== undefined) {
    const field = configField(body);
    const { max_output_tokens: _written, ...config } = body.object(field) ?? {};
    body.set(patches, field, { ...config, maxOutputTokens: outputTokensMax });
  }
  withhold(body, patches, withheld);
  return body.with(patches);
}

/** Requests for vectors and counts may repeat the model within: it has to be the vendor's. */
function renamed(body: Body, { model }: RequestPatch): Buffer {
  const patches: BodyPatches = { replaced: [], added: [] };
  const name = `models/${model}`;
  if (body.has('model')) body.set(patches, 'model', name);
  for (const field of ['generateContentRequest', 'generate_content_request'] as const) {
    const counted = body.object(field);
    if (counted !== undefined) body.set(patches, field, { ...counted, model: name });
  }
  if (body.has('requests')) {
    const requests = arrayOf(body.value('requests')).map((request) => {
      const members = objectOf(request);
      return members === undefined ? request : { ...members, model: name };
    });
    body.set(patches, 'requests', requests);
  }
  return body.with(patches);
}
