import type { ReportedUsage } from '@tollgate/dialects';

/** What a vendor reported; `undefined` when it counts nothing: no request has no tokens, and it would be free. */
export function countedUsage(usage: ReportedUsage | undefined): ReportedUsage | undefined {
  const counts = Object.values(usage ?? {});
  return counts.some((count) => typeof count === 'number' && count > 0) ? usage : undefined;
}
