import type { JsonObject } from './part.js';
import type { ReportedUsage } from './usage.js';

/** A request for vectors of texts. */
export interface CanonicalEmbeddingRequest {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly dimensions?: number;
  /** What the vectors are for, as Gemini names it (`RETRIEVAL_QUERY` …). */
  readonly taskType?: string;
  readonly title?: string;
  readonly user?: string;
  /** How the client wants numbers written. */
  readonly encoding: 'float' | 'base64';
  /** The client asked for one vector and gets no list (Gemini `embedContent`). */
  readonly single: boolean;
  readonly extensions: JsonObject;
}

export interface CanonicalEmbeddingResponse {
  readonly model: string | null;
  /** One vector an input, in order. */
  readonly vectors: readonly (readonly number[])[];
  readonly usage: ReportedUsage | undefined;
}
