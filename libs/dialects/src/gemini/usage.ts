import type { JsonObject } from '../canonical/part.js';
import { usageTotals, withoutParts, type ReportedUsage } from '../canonical/usage.js';
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

/** Totals as clients of the dialect read them; `undefined` where the vendor told nothing. */
export function toUsageMetadata(usage: ReportedUsage | undefined): object | undefined {
  if (usage === undefined) return undefined;
  const { input, output, reasoning, cacheRead, audioInput, imageInput, audioOutput } = usageTotals(usage);
  const prompt = details(input, { AUDIO: audioInput, IMAGE: imageInput });
  const candidates = details(output - reasoning, { AUDIO: audioOutput });
  return {
    promptTokenCount: input,
    candidatesTokenCount: output - reasoning,
    totalTokenCount: input + output,
    ...(cacheRead > 0 ? { cachedContentTokenCount: cacheRead } : {}),
    ...(reasoning > 0 ? { thoughtsTokenCount: reasoning } : {}),
    ...(prompt.length > 0 ? { promptTokensDetails: prompt } : {}),
    ...(candidates.length > 0 ? { candidatesTokensDetails: candidates } : {}),
  };
}

/** What is not text, and then text, too; nothing where all is text. */
function details(total: number, counts: Readonly<Record<string, number>>): readonly object[] {
  const others = Object.entries(counts).filter(([, tokenCount]) => tokenCount > 0);
  if (others.length === 0) return [];
  const text = total - others.reduce((sum, [, tokenCount]) => sum + tokenCount, 0);
  return [['TEXT', text] as const, ...others].map(([modality, tokenCount]) => ({ modality, tokenCount }));
}

/** Usage of a whole answer that passes. It is read whole: arguments of calls are JSON and may hold a member of the name. */
export function readUsage(body: Buffer): ReportedUsage | undefined {
  const answer = parseObject(body.toString('utf8'));
  const metadata = answer?.['usageMetadata'] ?? answer?.['usage_metadata'];
  return toReportedUsage(objectOf(metadata) === undefined ? undefined : wireObject(metadata));
}
