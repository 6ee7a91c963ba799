import type { NanoUsd, PriceSheet } from '@tollgate/contracts';
import { compileSheet, type CompiledSheet } from './compiled-sheet.js';
import { roundHalfUp } from './rate.js';

export interface UpperBoundInput {
  /** Most input tokens of any kind that the request can be counted at. */
  readonly inputTokensMax: number;
  /** Most output tokens, reasoning included. */
  readonly outputTokensMax: number;
}

/**
 * The most that a request within these limits can be charged, whatever kind its tokens turn out to be: each side at
 * its dearest price. `rate` of any such usage is never more.
 */
export function upperBound(input: UpperBoundInput, sheet: PriceSheet | CompiledSheet): NanoUsd {
  const compiled = 'perToken' in sheet ? sheet : compileSheet(sheet);
  return roundHalfUp(
    compiled.perCall * 1_000_000n +
      BigInt(input.inputTokensMax) * compiled.dearestInput +
      BigInt(input.outputTokensMax) * compiled.dearestOutput,
  );
}
