import type { VendorBehaviour, VendorRequest } from './fake-vendor.js';

type Vectors = readonly (readonly number[])[];

/** https://platform.openai.com/docs/api-reference/embeddings */
export function openaiEmbeddings(
  vectors: Vectors,
  promptTokens: number,
): (request: VendorRequest) => VendorBehaviour {
  return ({ json }) => ({
    kind: 'answer',
    body: {
      object: 'list',
      data: vectors.map((vector, index) => ({
        ...{ object: 'embedding', index },
        embedding: json?.['encoding_format'] === 'base64' ? base64Of(vector) : vector,
      })),
      model: 'vendor-model',
      usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
    },
  });
}

/** One vector, or several: https://ai.google.dev/api/embeddings */
export function geminiEmbeddings(vectors: Vectors): (request: VendorRequest) => VendorBehaviour {
  return ({ path }) => ({
    kind: 'answer',
    body: path.includes(':embedContent')
      ? { embedding: { values: vectors[0] ?? [] } }
      : { embeddings: vectors.map((values) => ({ values })) },
  });
}

/** Floats of 32 bits, little end first. */
function base64Of(vector: readonly number[]): string {
  return Buffer.from(new Float32Array(vector).buffer).toString('base64');
}
