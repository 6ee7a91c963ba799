import type { CanonicalEmbeddingRequest, CanonicalEmbeddingResponse } from '../canonical/embeddings.js';
import { invalidAnswer, unsupported } from '../canonical/failure.js';
import type { TargetProfile } from '../canonical/target.js';
import { Warnings } from '../canonical/warning.js';
import type { EncodedRequest, RequestPath } from '../dialect.js';
import { parseRequest } from '../json/parse-request.js';
import { arrayOf, given, numberOf, objectOf, objectsOf } from '../json/tolerant.js';
import { vendorError } from './errors.js';
import {
  batchEmbedContentsRequest,
  camelled,
  DIALECT,
  embedContentRequest,
  wireObject,
  type EmbedRequest,
} from './wire.js';

const SINGLE = 'embedContent';

/** https://ai.google.dev/api/embeddings */
export function decodeEmbeddingRequest(body: unknown, path: RequestPath): CanonicalEmbeddingRequest {
  const single = path.variant === SINGLE;
  const requests = single
    ? [parseRequest(embedContentRequest, camelled(body))]
    : parseRequest(batchEmbedContentsRequest, camelled(body)).requests;
  const [first] = requests;
  const settings = requests.map(({ taskType, title, outputDimensionality }) =>
    JSON.stringify([taskType ?? null, title ?? null, outputDimensionality ?? null]),
  );
  if (new Set(settings).size > 1) {
    throw unsupported('requests', 'The vendor takes texts of one kind and size at a time.');
  }
  return {
    model: path.model ?? '',
    inputs: requests.map(textOfContent),
    ...given('dimensions', first?.outputDimensionality ?? undefined),
    ...given('taskType', first?.taskType ?? undefined),
    ...given('title', first?.title ?? undefined),
    encoding: 'float',
    single,
    extensions: {},
  };
}

function textOfContent({ content }: EmbedRequest): string {
  if (typeof content === 'string') return content;
  const parts = content.parts ?? [];
  if (parts.some(({ text }) => text === null || text === undefined)) {
    throw unsupported('content.parts', 'Only texts are embedded in this dialect.');
  }
  return parts.map(({ text }) => text).join('\n');
}

export function encodeEmbeddingResponse(
  { vectors }: CanonicalEmbeddingResponse,
  { single }: CanonicalEmbeddingRequest,
): object {
  return single
    ? { embedding: { values: vectors[0] ?? [] } }
    : { embeddings: vectors.map((values) => ({ values })) };
}

export function encodeEmbeddingRequest(
  request: CanonicalEmbeddingRequest,
  { model }: TargetProfile,
): EncodedRequest {
  const warnings = new Warnings();
  const { inputs, taskType, title, dimensions, user } = request;
  if (user !== undefined) warnings.add('dropped', 'user', `${DIALECT} has no such member`);
  for (const name of Object.keys(request.extensions))
    warnings.add('dropped', name, 'only its own dialect knows it');
  const requests = inputs.map((text) => ({
    model: `models/${model}`,
    content: { parts: [{ text }] },
    ...given('taskType', taskType),
    ...given('title', title),
    ...given('outputDimensionality', dimensions),
  }));
  return { body: { requests }, warnings: warnings.list };
}

export function decodeEmbeddingResponse(body: unknown): CanonicalEmbeddingResponse {
  const answer = wireObject(body);
  if (answer['error'] !== undefined) throw vendorError(answer['error']);
  const single = objectOf(answer['embedding']);
  const embeddings = single === undefined ? objectsOf(answer['embeddings']) : [single];
  if (embeddings.length === 0) throw invalidAnswer('it has no vectors');
  const tokens = numberOf(objectOf(answer['usageMetadata'])?.['promptTokenCount']);
  return {
    model: null,
    vectors: embeddings.map(({ values }) => arrayOf(values).map(coordinate)),
    usage: tokens === undefined ? undefined : { input: tokens, output: 0 },
  };
}

function coordinate(value: unknown): number {
  const number = numberOf(value);
  if (number === undefined) throw invalidAnswer('a vector holds what is no number');
  return number;
}
