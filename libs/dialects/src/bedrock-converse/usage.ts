import type { ReportedUsage } from '../canonical/usage.js';
import { withoutParts } from '../canonical/usage.js';
import { lastObjectRange } from '../json/last-object.js';
import { objectOf, objectsOf, parseObject } from '../json/tolerant.js';

/**
 * The counts are disjoint: input excludes what was read from and written to the cache. Output includes reasoning, which
 * is not told apart. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 *
 * @returns `undefined` when nothing was counted
 */
export function decodeUsage(value: unknown): ReportedUsage | undefined {
  const usage = objectOf(value);
  if (usage === undefined) return undefined;
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens, cacheDetails } = usage;
  if ((inputTokens ?? outputTokens ?? null) === null) return undefined;
  const lasting = objectsOf(cacheDetails).find(({ ttl }) => ttl === '1h')?.['inputTokens'];
  const cacheWrite1h = lasting ?? 0;
  return {
    input: inputTokens ?? 0,
    cacheRead: cacheReadInputTokens ?? 0,
    cacheWrite5m: withoutParts(cacheWriteInputTokens ?? cacheWrite1h, cacheWrite1h),
    cacheWrite1h,
    output: outputTokens ?? 0,
  };
}

const NAME = Buffer.from('"usage"');

/** Usage of a whole answer that passes. */
export function readUsage(body: Buffer): ReportedUsage | undefined {
  const range = lastObjectRange(body, NAME);
  return range === undefined
    ? undefined
    : decodeUsage(parseObject(body.toString('utf8', range.start, range.end)));
}
