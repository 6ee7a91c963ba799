import { ZERO_USAGE } from '@tollgate/contracts';
import { rateTotal } from './rate.js';
import type { CompiledSheet } from './compiled-sheet.js';

/** Chats read about three times as many tokens as they write. */
const TYPICAL_USAGE = { ...ZERO_USAGE, input: 750_000, output: 250_000 };

/** What a typical request costs, only to compare channels by; `Infinity` when the prices are unknown. */
export function typicalCost(sheet: CompiledSheet | null): number {
  return sheet === null ? Infinity : Number(rateTotal(TYPICAL_USAGE, sheet));
}
