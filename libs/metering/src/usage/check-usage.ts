import { ZERO_USAGE, type UsageQuantities } from '@tollgate/contracts';

/** Counts as a vendor reported them, in canonical names, of any type. */
export type UncheckedUsage = Readonly<Record<string, unknown>>;

export interface CheckedUsage {
  readonly usage: UsageQuantities;
  /** What was wrong, e.g. `negative_count:output`; empty for a sound report. */
  readonly findings: readonly string[];
}

/** More tokens than any model can read or write in one request. */
const COUNT_MAX = 100_000_000;

const QUANTITIES = Object.keys(ZERO_USAGE) as readonly (keyof UsageQuantities)[];

/** Makes sound counts of what a vendor reported; nonsense is clamped, and every clamping is a finding. */
export function checkUsage(reported: UncheckedUsage): CheckedUsage {
  const usage: Record<keyof UsageQuantities, number> = { ...ZERO_USAGE };
  const findings: string[] = [];
  for (const quantity of QUANTITIES) {
    const value = reported[quantity];
    if (value === undefined || value === null) continue;
    const finding = findingOf(value);
    if (finding !== null) findings.push(`${finding}:${quantity}`);
    usage[quantity] = clamp(value);
  }
  return { usage, findings };
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
