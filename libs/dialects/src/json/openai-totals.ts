import type { JsonObject } from '../canonical/part.js';
import { usageTotals, type ReportedUsage } from '../canonical/usage.js';

/**
 * Usage as clients of Chat Completions and Completions are told it; nothing where the vendor told nothing. Cache writes
 * stand where OpenRouter tells them.
 * https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage
 */
export function encodeOpenaiTotals(usage: ReportedUsage | undefined): JsonObject | undefined {
  if (usage === undefined) return undefined;
  const { input, cacheRead, cacheWrite, audioInput, output, reasoning, audioOutput } = usageTotals(usage);
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      audio_tokens: audioInput,
      ...(cacheWrite > 0 ? { cache_write_tokens: cacheWrite } : {}),
    },
    completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: audioOutput },
  };
}
