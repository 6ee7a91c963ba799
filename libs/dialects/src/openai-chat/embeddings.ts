import { GatewayError } from '@tollgate/contracts';
import type { CanonicalEmbeddingRequest, CanonicalEmbeddingResponse } from '../canonical/embeddings.js';
import type { JsonObject } from '../canonical/part.js';
import type { TargetProfile } from '../canonical/target.js';
import { usageTotals } from '../canonical/usage.js';
import { Warnings } from '../canonical/warning.js';
import type { EncodedRequest } from '../dialect.js';
import { openaiVendorFailure } from '../json/openai-errors.js';
import { parseRequest } from '../json/parse-request.js';
import { given, numberOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';
import { isFailure } from './decode-stream.js';
import { decodeUsage } from './usage.js';
import { embeddingRequest } from './wire.js';

const ORIGIN_FIELDS = new Set(['model', 'input', 'encoding_format', 'dimensions', 'user']);
const FLOAT_BYTES = 4;

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export function decodeEmbeddingRequest(body: unknown): CanonicalEmbeddingRequest {
  const request = parseRequest(embeddingRequest, body);
  const { model, encoding_format: encoding, dimensions, user } = request;
  const extensions = Object.entries(request).filter(([name]) => !ORIGIN_FIELDS.has(name));
  return {
    model,
    inputs: textsOf(request.input),
    ...given('dimensions', dimensions ?? undefined),
    ...given('user', user ?? undefined),
    encoding: encoding ?? 'float',
    single: false,
    extensions: Object.fromEntries(extensions),
  };
}

function textsOf(input: string | readonly (string | number | readonly number[])[]): readonly string[] {
  const inputs = typeof input === 'string' ? [input] : input;
  return inputs.map((text) => {
    if (typeof text === 'string') return text;
    throw new GatewayError(
      'unsupported_feature',
      'Tokens in place of text are only known to the vendor of the model.',
      {
        field: 'input',
        retry: 'next-channel',
      },
    );
  });
}

/** The value to be written as JSON. Base64 is that of the bytes of little-endian floats. */
export function encodeEmbeddings(
  response: CanonicalEmbeddingResponse,
  request: CanonicalEmbeddingRequest,
): unknown {
  const { input } = usageTotals(response.usage);
  return {
    object: 'list',
    data: response.vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: request.encoding === 'base64' ? toBase64(vector) : vector,
    })),
    model: response.model ?? request.model,
    usage: { prompt_tokens: input, total_tokens: input },
  };
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * FLOAT_BYTES);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * FLOAT_BYTES);
  return bytes.toString('base64');
}

export function encodeEmbeddingRequest(
  request: CanonicalEmbeddingRequest,
  target: TargetProfile,
): EncodedRequest {
  const warnings = new Warnings();
  if (request.taskType !== undefined) warnings.add('dropped', 'taskType', 'vectors are for anything there');
  if (request.title !== undefined) warnings.add('dropped', 'title', 'texts have no title there');
  const user = target.unsupported.has('user') ? undefined : request.user;
  if (user !== request.user) warnings.add('dropped', 'user', 'the vendor does not take it');
  for (const name of Object.keys(request.extensions)) {
    warnings.add('dropped', name, 'only its own dialect knows it');
  }
  const body = {
    model: target.model,
    input: request.inputs,
    encoding_format: 'float',
    ...given('dimensions', request.dimensions),
    ...given('user', user),
  };
  return { body, warnings: warnings.list };
}

/** @throws GatewayError `upstream_invalid_response`, or the vendor's error */
export function decodeEmbeddings(body: unknown): CanonicalEmbeddingResponse {
  const answer = objectOf(body) ?? {};
  if (isFailure(answer)) throw openaiVendorFailure(answer);
  const entries = objectsOf(answer['data']);
  if (entries.length === 0) throw noVectors();
  return {
    model: textOf(answer['model']) ?? null,
    vectors: inOrder(entries).map(({ embedding }) => vectorOf(embedding)),
    usage: decodeUsage(answer['usage']),
  };
}

function inOrder(entries: readonly JsonObject[]): readonly JsonObject[] {
  return [...entries].sort((left, right) => (numberOf(left['index']) ?? 0) - (numberOf(right['index']) ?? 0));
}

function vectorOf(embedding: unknown): readonly number[] {
  if (Array.isArray(embedding) && embedding.every((value) => typeof value === 'number')) {
    return embedding;
  }
  if (typeof embedding !== 'string') throw noVectors();
  const bytes = Buffer.from(embedding, 'base64');
  const length = Math.floor(bytes.length / FLOAT_BYTES);
  return Array.from({ length }, (_, index) => bytes.readFloatLE(index * FLOAT_BYTES));
}

function noVectors(): GatewayError {
  return new GatewayError('upstream_invalid_response', "The vendor's answer holds no vectors.", {
    retry: 'next-channel',
  });
}
