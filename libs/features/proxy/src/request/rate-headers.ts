import { standingOf, type Level, type LimitSet, type Standing } from '@tollgate/admission';
import type { DialectId } from '@tollgate/contracts';

const SECOND_MS = 1_000;

/**
 * How the client stands with its limits: `x-ratelimit-*` as OpenAI names them, for every client, and Anthropic's own
 * headers beside them for clients that speak its dialect. Name and value by turns; `undefined`: there is nothing to tell.
 *
 * https://platform.openai.com/docs/guides/rate-limits, https://docs.anthropic.com/en/api/rate-limits
 *
 * @param now milliseconds since the epoch
 */
export function rateHeaders(
  dialect: DialectId,
  limits: LimitSet,
  levels: readonly Level[],
  now: number,
): readonly string[] | undefined {
  if (levels.length === 0) return undefined;
  const headers: string[] = [];
  for (const kind of ['requests', 'tokens'] as const) {
    const standing = standingOf(limits, levels, kind);
    if (standing === undefined) continue;
    addOpenai(headers, kind, standing);
    if (dialect === 'anthropic-messages') addAnthropic(headers, kind, standing, now);
  }
  return headers;
}

function addOpenai(headers: string[], kind: string, { max, remaining, resetMs }: Standing): void {
  headers.push(`x-ratelimit-limit-${kind}`, `${max}`);
  headers.push(`x-ratelimit-remaining-${kind}`, `${remaining}`);
  headers.push(`x-ratelimit-reset-${kind}`, formatDuration(resetMs));
}

function addAnthropic(headers: string[], kind: string, standing: Standing, now: number): void {
  const resetAt = new Date(Math.ceil((now + standing.resetMs) / SECOND_MS) * SECOND_MS);
  headers.push(`anthropic-ratelimit-${kind}-limit`, `${standing.max}`);
  headers.push(`anthropic-ratelimit-${kind}-remaining`, `${standing.remaining}`);
  headers.push(`anthropic-ratelimit-${kind}-reset`, resetAt.toISOString().replace('.000', ''));
}

/** As OpenAI writes it: `12ms`, `1s`, `6m0s`, `1h0m30s`; above a second in whole seconds, rounded up. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < SECOND_MS) return `${milliseconds}ms`;
  const total = Math.ceil(milliseconds / SECOND_MS);
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
