import type { UsageQuantities } from '@tollgate/contracts';

/** Usage as the vendor wrote it, in the canonical names (`UsageQuantities`), not yet checked: values of any type. */
export type ReportedUsage = { readonly [Quantity in keyof UsageQuantities]?: unknown };

/** Totals as dialects write them. */
export interface UsageTotals {
  /** All input, cached and media included. */
  readonly input: number;
  readonly cacheRead: number;
  /** Of both lifetimes. */
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly audioInput: number;
  readonly imageInput: number;
  /** All output, reasoning and audio included. */
  readonly output: number;
  readonly reasoning: number;
  readonly audioOutput: number;
}

/** Adds up disjoint quantities; what is no sound count is taken for 0 (billing notes it as a finding). */
export function usageTotals(usage: ReportedUsage | undefined): UsageTotals {
  const count = (name: keyof UsageQuantities): number => soundCount(usage?.[name]);
  const cacheWrite1h = count('cacheWrite1h');
  const cacheWrite = count('cacheWrite5m') + cacheWrite1h;
  const cacheRead = count('cacheRead');
  const audioInput = count('audioInput');
  const imageInput = count('imageInput');
  const reasoning = count('reasoning');
  const audioOutput = count('audioOutput');
  return {
    input: count('input') + cacheRead + cacheWrite + audioInput + imageInput,
    output: count('output') + reasoning + audioOutput,
    ...{ cacheRead, cacheWrite, cacheWrite1h, audioInput, imageInput, reasoning, audioOutput },
  };
}

function soundCount(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/**
 * A total without the parts that it includes. What is no number stays as it is, for the check of counts to find; so
 * does a negative rest.
 */
export function withoutParts(total: unknown, ...parts: readonly unknown[]): unknown {
  if (typeof total !== 'number') return total;
  let rest = total;
  for (const part of parts) if (typeof part === 'number') rest -= part;
  return rest;
}
