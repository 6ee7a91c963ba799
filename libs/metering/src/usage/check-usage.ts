import type { UsageQuantities } from '@tollgate/contracts';

/** Counts as a vendor reported them, in canonical names, of any type. */
export type UncheckedUsage = Readonly<Record<string, unknown>>;

export interface CheckedUsage {
  readonly usage: UsageQuantities;
  /** What was wrong, e.g. `negative_count:output`; empty for a sound report. */
  readonly findings: readonly string[];
}

/** More tokens than any model can read or write in one request. */
const COUNT_MAX = 100_000_000;

/** Makes sound counts of what a vendor reported; nonsense is clamped, and every clamping is a finding. */
export function checkUsage(reported: UncheckedUsage): CheckedUsage {
  const findings: string[] = [];
  const usage: UsageQuantities = {
    input: counted('input', reported['input'], findings),
    cacheRead: counted('cacheRead', reported['cacheRead'], findings),
    cacheWrite5m: counted('cacheWrite5m', reported['cacheWrite5m'], findings),
    cacheWrite1h: counted('cacheWrite1h', reported['cacheWrite1h'], findings),
    audioInput: counted('audioInput', reported['audioInput'], findings),
    imageInput: counted('imageInput', reported['imageInput'], findings),
    output: counted('output', reported['output'], findings),
    reasoning: counted('reasoning', reported['reasoning'], findings),
    audioOutput: counted('audioOutput', reported['audioOutput'], findings),
  };
  return { usage, findings };
}

function counted(quantity: keyof UsageQuantities, value: unknown, findings: string[]): number {
  if (value === undefined || value === null) return 0;
  const finding = findingOf(value);
  if (finding !== null) findings.push(`${finding}:${quantity}`);
  return clamp(value);
}

function findingOf(value: unknown): string | null {
  if (typeof value !== 'number' || Number.isNaN(value)) return 'not_a_number';
  if (value < 0) return 'negative_count';
  if (value > COUNT_MAX) return 'absurd_count';
  return Number.isInteger(value) ? null : 'fractional_count';
}

function clamp(value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) return 0;
  return Math.min(COUNT_MAX, Math.max(0, Math.ceil(value)));
}
