import type { JsonObject } from '../canonical/part.js';
import { withoutParts, type ReportedUsage } from '../canonical/usage.js';
import { lastObjectRange } from '../json/last-object.js';
import { objectOf, parseObject } from '../json/tolerant.js';

export { encodeOpenaiTotals as encodeUsage } from '../json/openai-totals.js';

/** Reads the `usage` object nearest to the end of JSON bytes (an answer, or events of a stream). */
export function lastUsage(bytes: Buffer): ReportedUsage | undefined {
  const range = lastUsageRange(bytes);
  // A vendor's malformed usage is no usage: the caller falls back to an estimate and records that it did.
  return range === undefined
    ? undefined
    : decodeUsage(parseObject(bytes.toString('utf8', range.start, range.end)));
}

const NAME = Buffer.from('"usage"');

/** Where the last `usage` object lies: `[start, end)` of the object itself. */
export function lastUsageRange(bytes: Buffer): { start: number; end: number } | undefined {
  return lastObjectRange(bytes, NAME);
}

/**
 * OpenAI's totals include their parts; the canonical quantities are disjoint.
 * https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage
 *
 * @returns `undefined` where neither side is counted: taken for a report, that would be free
 */
export function decodeUsage(value: unknown): ReportedUsage | undefined {
  const usage = objectOf(value);
  const counted = (usage?.['prompt_tokens'] ?? usage?.['completion_tokens'] ?? null) !== null;
  return usage === undefined || !counted ? undefined : decodeOutput(usage, decodeInput(usage));
}

/**
 * Cache reads are told in one of three places: by OpenAI and most in the details, by DeepSeek as
 * `prompt_cache_hit_tokens`, by Moonshot beside the totals. Writes are told by OpenRouter (`cache_write_tokens`) and
 * DashScope (`cache_creation_input_tokens`, by lifetime in `cache_creation`); all are parts of `prompt_tokens`.
 */
function decodeInput(usage: JsonObject): InputUsage {
  const details = objectOf(usage['prompt_tokens_details']) ?? {};
  const cacheRead =
    details['cached_tokens'] ?? usage['prompt_cache_hit_tokens'] ?? usage['cached_tokens'] ?? 0;
  const audioInput = details['audio_tokens'] ?? 0;
  const lifetimes = objectOf(details['cache_creation'] ?? usage['cache_creation']);
  const cacheWrite =
    details['cache_write_tokens'] ??
    details['cache_creation_input_tokens'] ??
    details['cache_creation_tokens'];
  const cacheWrite1h = lifetimes?.['ephemeral_1h_input_tokens'] ?? undefined;
  const cacheWrite5m =
    withoutParts(cacheWrite, cacheWrite1h) ?? lifetimes?.['ephemeral_5m_input_tokens'] ?? undefined;
  return {
    input: withoutParts(usage['prompt_tokens'], cacheRead, audioInput, cacheWrite5m, cacheWrite1h),
    cacheRead,
    audioInput,
    cacheWrite5m,
    cacheWrite1h,
  };
}

type InputUsage = Pick<ReportedUsage, 'input' | 'cacheRead' | 'audioInput' | 'cacheWrite5m' | 'cacheWrite1h'>;

function decodeOutput(
  usage: JsonObject,
  { input, cacheRead, audioInput, cacheWrite5m, cacheWrite1h }: InputUsage,
): ReportedUsage {
  const details = objectOf(usage['completion_tokens_details']) ?? {};
  const completion = usage['completion_tokens'] ?? 0;
  const reasoning = details['reasoning_tokens'] ?? usage['reasoning_tokens'] ?? 0;
  const audioOutput = details['audio_tokens'] ?? 0;
  const output = reasoningIsExtra(usage, completion, reasoning)
    ? withoutParts(completion, audioOutput)
    : withoutParts(completion, reasoning, audioOutput);
  return { input, cacheRead, audioInput, cacheWrite5m, cacheWrite1h, output, reasoning, audioOutput };
}

/**
 * xAI counts reasoning beside `completion_tokens`, all others within: the total tells.
 * https://docs.x.ai/docs/guides/reasoning
 */
function reasoningIsExtra(usage: JsonObject, completion: unknown, reasoning: unknown): boolean {
  if (typeof completion !== 'number' || typeof reasoning !== 'number' || reasoning <= 0) return false;
  const { prompt_tokens: prompt, total_tokens: total } = usage;
  if (typeof prompt === 'number' && typeof total === 'number')
    return total === prompt + completion + reasoning;
  return reasoning > completion;
}
