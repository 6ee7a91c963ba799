import { usageTotals, withoutParts, type ReportedUsage } from '../canonical/usage.js';
import type { JsonObject } from '../canonical/part.js';
import { given, objectOf, parseObject } from '../json/tolerant.js';

/**
 * Counts of an answer. `input_tokens` is without the cached ones, `output_tokens` includes thinking.
 * https://platform.claude.com/docs/en/api/messages#usage
 */
export interface WireUsage {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
  readonly cache_creation?: unknown;
  readonly output_tokens_details?: unknown;
}

const MEMBERS = [
  ...['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'],
  ...['cache_creation', 'output_tokens_details'],
] as (keyof WireUsage)[];

/** Usage of a JSON answer. Parsed whole: the input of a tool is JSON, too, and may hold a member of that name. */
export function readUsage(body: Buffer): ReportedUsage | undefined {
  return toReportedUsage(objectOf(parseObject(body.toString('utf8'))?.['usage']));
}

/**
 * Counts of a later event over those of earlier ones: they are cumulative, and vendors leave out, or write 0 for, what
 * they have said before.
 */
export function mergeUsage(
  earlier: WireUsage | undefined,
  later: WireUsage | undefined,
): WireUsage | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  return Object.fromEntries(MEMBERS.map((name) => [name, larger(earlier[name], later[name])]));
}

export function toReportedUsage(usage: WireUsage | undefined): ReportedUsage | undefined {
  // An empty object says nothing that can be charged: taken for a report, it would be free.
  if (usage === undefined || (usage.input_tokens ?? usage.output_tokens ?? null) === null) return undefined;
  const split = objectOf(usage.cache_creation) ?? {};
  const written1h = split['ephemeral_1h_input_tokens'] ?? 0;
  const written = usage.cache_creation_input_tokens ?? null;
  const thinking = objectOf(usage.output_tokens_details)?.['thinking_tokens'] ?? 0;
  return {
    input: usage.input_tokens ?? 0,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite5m:
      written === null ? (split['ephemeral_5m_input_tokens'] ?? 0) : withoutParts(written, written1h),
    cacheWrite1h: written1h,
    output: withoutParts(usage.output_tokens ?? 0, thinking),
    reasoning: thinking,
  };
}

/** Counts as this dialect writes them: input without what is cached, output with thinking. */
export function toWireUsage(usage: ReportedUsage | undefined, serviceTier?: string): JsonObject {
  const totals = usageTotals(usage);
  const { cacheRead, cacheWrite, cacheWrite1h, reasoning } = totals;
  return {
    input_tokens: totals.input - cacheRead - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite - cacheWrite1h,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    output_tokens: totals.output,
    ...(reasoning > 0 ? { output_tokens_details: { thinking_tokens: reasoning } } : {}),
    ...given('service_tier', TIERS.get(serviceTier)),
  };
}

/** Tiers that answers name here, by what they are called elsewhere. */
const TIERS: ReadonlyMap<string | undefined, string> = new Map([
  ['default', 'standard'],
  ['standard', 'standard'],
  ['priority', 'priority'],
  ['batch', 'batch'],
]);

function larger(earlier: unknown, later: unknown): unknown {
  if (typeof earlier === 'number' && typeof later === 'number') return Math.max(earlier, later);
  return later ?? earlier;
}
