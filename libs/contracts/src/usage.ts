import { z } from 'zod';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/**
 * Quantities of one request, disjoint by construction: a token is counted in exactly one field.
 * All input is `input + cacheRead + cacheWrite5m + cacheWrite1h + audioInput + imageInput`; all output is
 * `output + reasoning + audioOutput`.
 */
export const usageQuantities = z.strictObject({
  /** Uncached text input tokens. */
  input: count,
  cacheRead: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  audioInput: count,
  imageInput: count,
  /** Output tokens without reasoning and audio. */
  output: count,
  reasoning: count,
  audioOutput: count,
});
export type UsageQuantities = z.infer<typeof usageQuantities>;

export const ZERO_USAGE: UsageQuantities = Object.freeze({
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  audioInput: 0,
  imageInput: 0,
  output: 0,
  reasoning: 0,
  audioOutput: 0,
});

/**
 * Who counted: the vendor, the gateway, or the gateway on a stream that did not reach its end. `none`: nothing was
 * counted and nothing is charged, not even a price per call: the vendor failed, or nobody got an answer.
 */
export const USAGE_SOURCES = ['vendor', 'estimated', 'partial', 'none'] as const;
export type UsageSource = (typeof USAGE_SOURCES)[number];
