import type { ReportedUsage } from '../dialect.js';

/**
 * Reads the `usage` object nearest to the end of JSON bytes (an answer, or events of a stream).
 *
 * Inside a string the quotes around the word would be escaped, so `"usage"` in the bytes is always a whole JSON string:
 * a member name when a colon and an object follow.
 */
export function lastUsage(bytes: Buffer): ReportedUsage | undefined {
  const range = lastUsageRange(bytes);
  if (range === undefined) return undefined;
  try {
    const usage = JSON.parse(bytes.toString('utf8', range.start, range.end)) as WireUsage;
    // An empty object, or a mere total, says nothing that can be charged: taken for a report, it would be free.
    const counted = (usage.prompt_tokens ?? usage.completion_tokens ?? null) !== null;
    return counted ? toCanonical(usage) : undefined;
  } catch {
    // A vendor's malformed usage is no usage: the caller falls back to an estimate and records that it did.
    return undefined;
  }
}

const NAME = Buffer.from('"usage"');
/** Streams repeat `"usage":null` in every event and bring the object last: further back it is not looked for. */
const CANDIDATES_MAX = 4;

/** Where the last `usage` object lies: `[start, end)` of the object itself. */
export function lastUsageRange(bytes: Buffer): { start: number; end: number } | undefined {
  let at = bytes.lastIndexOf(NAME);
  for (let candidates = 0; at !== -1 && candidates < CANDIDATES_MAX; candidates += 1) {
    const start = objectAfterColon(bytes, at + NAME.length);
    const end = start === undefined ? undefined : endOfFlatObject(bytes, start);
    if (start !== undefined && end !== undefined) return { start, end };
    at = at === 0 ? -1 : bytes.lastIndexOf(NAME, at - 1);
  }
  return undefined;
}

function objectAfterColon(bytes: Buffer, from: number): number | undefined {
  const colon = skipSpace(bytes, from);
  if (bytes[colon] !== 0x3a) return undefined;
  const value = skipSpace(bytes, colon + 1);
  return bytes[value] === 0x7b ? value : undefined;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  return at;
}

/** https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage */
interface WireUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown; audio_tokens?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown; audio_tokens?: unknown } | null;
}

/** OpenAI's totals include their parts; the canonical quantities are disjoint. */
function toCanonical(usage: WireUsage): ReportedUsage {
  const prompt = usage.prompt_tokens_details ?? {};
  const completion = usage.completion_tokens_details ?? {};
  return {
    input: minus(usage.prompt_tokens, prompt.cached_tokens, prompt.audio_tokens),
    cacheRead: prompt.cached_tokens ?? 0,
    audioInput: prompt.audio_tokens ?? 0,
    output: minus(usage.completion_tokens ?? 0, completion.reasoning_tokens, completion.audio_tokens),
    reasoning: completion.reasoning_tokens ?? 0,
    audioOutput: completion.audio_tokens ?? 0,
  };
}

/** Leaves what is no number as it is, for the check of counts to find. */
function minus(total: unknown, ...parts: readonly unknown[]): unknown {
  if (typeof total !== 'number') return total;
  return parts.reduce<number>((rest, part) => (typeof part === 'number' ? rest - part : rest), total);
}

const USAGE_BYTES_MAX = 8_192;

/** Usage objects hold numbers and short strings; a brace inside a string would end in a parse error, not in a wrong count. */
function endOfFlatObject(bytes: Buffer, start: number): number | undefined {
  let depth = 0;
  const limit = Math.min(bytes.length, start + USAGE_BYTES_MAX);
  for (let at = start; at < limit; at += 1) {
    if (bytes[at] === 0x7b) depth += 1;
    else if (bytes[at] === 0x7d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
