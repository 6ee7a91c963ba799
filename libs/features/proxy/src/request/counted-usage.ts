import type { ReportedUsage } from '@tollgate/dialects';

/** What a vendor reported; `undefined` when it counts nothing: no request has no tokens, and it would be free. */
export function countedUsage(usage: ReportedUsage | undefined): ReportedUsage | undefined {
  if (usage === undefined) return undefined;
  // Nearly always the first.
  if (isCount(usage.input) || isCount(usage.output)) return usage;
  return Object.values(usage).some(isCount) ? usage : undefined;
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
