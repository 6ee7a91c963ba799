import type { JsonObject } from '../canonical/part.js';
import { withoutParts, type ReportedUsage, type UsageTotals } from '../canonical/usage.js';
import { numberOf, objectOf, objectsOf, parseObject } from '../json/tolerant.js';
import { wireObject } from './wire.js';

/**
 * Counts as the canonical quantities. The prompt's includes what came from a cache, the candidates' excludes thoughts, and
 * what tools of the vendor put into the prompt comes on top.
 * https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function toReportedUsage(metadata: JsonObject | undefined): ReportedUsage | undefined {
  if (metadata === undefined) return undefined;
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount } = metadata;
  if ((promptTokenCount ?? candidatesTokenCount ?? thoughtsTokenCount ?? null) === null) return undefined;
  const cacheRead = metadata['cachedContentTokenCount'] ?? 0;
  const audioInput = modality(metadata['promptTokensDetails'], 'AUDIO', metadata['cacheTokensDetails']);
  const imageInput = modality(metadata['promptTokensDetails'], 'IMAGE', metadata['cacheTokensDetails']);
  const audioOutput = modality(metadata['candidatesTokensDetails'], 'AUDIO');
  const prompt = plus(promptTokenCount ?? 0, metadata['toolUsePromptTokenCount']);
  return {
    input: withoutParts(prompt, cacheRead, audioInput, imageInput),
    cacheRead,
    audioInput,
    imageInput,
    output: withoutParts(candidatesTokenCount ?? 0, audioOutput),
    reasoning: thoughtsTokenCount ?? 0,
    audioOutput,
  };
}

/** Tokens of one kind, without those that came from a cache: they are counted there. */
function modality(details: unknown, kind: string, cached?: unknown): number {
  const count = (list: unknown): number =>
    objectsOf(list)
      .filter((entry) => entry['modality'] === kind)
      .reduce((sum, entry) => sum + (numberOf(entry['tokenCount']) ?? 0), 0);
  return Math.max(0, count(details) - count(cached));
}

function plus(total: unknown, more: unknown): unknown {
  return typeof total === 'number' && typeof more === 'number' ? total + more : total;
}

/** Totals as clients of the dialect read them. */
export function toUsageMetadata(totals: UsageTotals): object {
  const { input, output, reasoning, cacheRead } = totals;
  return {
    promptTokenCount: input,
    candidatesTokenCount: output - reasoning,
    totalTokenCount: input + output,
    ...(cacheRead > 0 ? { cachedContentTokenCount: cacheRead } : {}),
    ...(reasoning > 0 ? { thoughtsTokenCount: reasoning } : {}),
  };
}

/** Usage of a whole answer that passes. It is read whole: arguments of calls are JSON and may hold a member of the name. */
export function readUsage(body: Buffer): ReportedUsage | undefined {
  const answer = parseObject(body.toString('utf8'));
  const metadata = answer?.['usageMetadata'] ?? answer?.['usage_metadata'];
  return toReportedUsage(objectOf(metadata) === undefined ? undefined : wireObject(metadata));
}
