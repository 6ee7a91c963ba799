import type { PriceCardDocument, PriceCardVersion } from '@tollgate/contracts';

/**
 * The version of a price card that applies to a request that starts at `at` (milliseconds since the epoch): the one
 * with the latest date not after it; of equal dates the higher version. `undefined`: none applies yet.
 */
export function effectiveVersion(document: PriceCardDocument, at: number): PriceCardVersion | undefined {
  let effective: PriceCardVersion | undefined;
  for (const candidate of document.versions) {
    if (candidate.effectiveFrom > at) continue;
    if (effective === undefined || supersedes(candidate, effective)) effective = candidate;
  }
  return effective;
}

function supersedes(candidate: PriceCardVersion, other: PriceCardVersion): boolean {
  if (candidate.effectiveFrom !== other.effectiveFrom) return candidate.effectiveFrom > other.effectiveFrom;
  return candidate.version > other.version;
}
