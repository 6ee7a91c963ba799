import { usageTotals, withoutParts, type ReportedUsage } from '../canonical/usage.js';
import type { JsonObject } from '../canonical/part.js';
import { lastObjectRange } from '../json/last-object.js';
import { scanObject } from '../json/scan.js';
import { objectOf, parseObject } from '../json/tolerant.js';

const NAME = Buffer.from('"usage"');

/** Usage of a whole answer that passes. */
export function readUsage(body: Buffer): ReportedUsage | undefined {
  return lastUsage(body) ?? topLevelUsage(body);
}

/** Reads the `usage` object nearest to the end of JSON bytes. */
export function lastUsage(bytes: Buffer): ReportedUsage | undefined {
  const range = lastObjectRange(bytes, NAME);
  return range === undefined
    ? undefined
    : toReportedUsage(parseObject(bytes.toString('utf8', range.start, range.end)));
}

/** For answers in which another `usage`, of a tool's schema, stands behind the one that counts. */
function topLevelUsage(body: Buffer): ReportedUsage | undefined {
  try {
    const range = scanObject(body, ['usage']).values.usage;
    return range && toReportedUsage(parseObject(body.toString('utf8', range.start, range.end)));
  } catch {
    // What is no JSON object reports nothing: the caller falls back to an estimate and records that it did.
    return undefined;
  }
}

/**
 * OpenAI's totals include their parts; the canonical quantities are disjoint. Cache writes are kept for half an hour, or
 * for twelve: they stand for the shorter and the longer lifetime.
 * https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage
 */
export function toReportedUsage(usage: JsonObject | undefined): ReportedUsage | undefined {
  // An empty object, or a mere total, says nothing that can be charged: taken for a report, it would be free.
  if (usage === undefined || (usage['input_tokens'] ?? usage['output_tokens'] ?? null) === null)
    return undefined;
  const input = objectOf(usage['input_tokens_details']) ?? {};
  const output = objectOf(usage['output_tokens_details']) ?? {};
  const cacheRead = countOf(input, 'cached_tokens');
  const written = countOf(input, 'cache_write_tokens');
  const cacheWrite1h = countOf(objectOf(input['cache_write_tokens_details']), 'ttl_12h_tokens');
  const audioInput = countOf(input, 'audio_tokens');
  const audioOutput = countOf(output, 'audio_tokens');
  const reasoning = countOf(output, 'reasoning_tokens');
  return {
    input: withoutParts(countOf(usage, 'input_tokens'), cacheRead, written, audioInput),
    cacheWrite5m: withoutParts(written, cacheWrite1h),
    output: withoutParts(countOf(usage, 'output_tokens'), reasoning, audioOutput),
    ...{ cacheRead, cacheWrite1h, audioInput, reasoning, audioOutput },
  };
}

/** What is left out, or null, is none; what is no number stays for the check of counts. */
function countOf(counts: JsonObject | undefined, name: string): unknown {
  return counts?.[name] ?? 0;
}

export function toWireUsage(usage: ReportedUsage | undefined): JsonObject | null {
  if (usage === undefined) return null;
  const totals = usageTotals(usage);
  return {
    input_tokens: totals.input,
    input_tokens_details: { cached_tokens: totals.cacheRead, cache_write_tokens: totals.cacheWrite },
    output_tokens: totals.output,
    output_tokens_details: { reasoning_tokens: totals.reasoning },
    total_tokens: totals.input + totals.output,
  };
}
