import {
  formatDecimal,
  formatUsd,
  type NanoUsd,
  type PriceSheet,
  type UsageQuantities,
} from '@tollgate/contracts';
import { compileSheet, QUANTITIES, type CompiledSheet, type QuantityName } from './compiled-sheet.js';

/** One line of a charge: how much of what, at which price. Lines of quantities that are zero do not exist. */
export interface ChargeLine {
  readonly quantity: QuantityName | 'perCall';
  /** Tokens, or 1 for a call. */
  readonly amount: number;
  readonly unit: 'token' | 'call';
  /** USD per 1M tokens, or per call. */
  readonly priceUsd: string;
  /** Exact, unrounded USD, at most 15 fraction digits. The sum of a charge's lines is its total before rounding. */
  readonly amountUsd: string;
}

export interface Charge {
  /** Rounded once, half up, from the exact sum of the lines. */
  readonly total: NanoUsd;
  readonly lines: readonly ChargeLine[];
}

const FEMTO_PER_NANO = 1_000_000n;
const FEMTO_SCALE = 15;

/** What the usage costs, with the lines that explain it. Counts are whole and not negative (`usageQuantities`). */
export function rate(usage: UsageQuantities, sheet: PriceSheet | CompiledSheet): Charge {
  const compiled = 'perToken' in sheet ? sheet : compileSheet(sheet);
  const lines: ChargeLine[] = [];
  for (const quantity of QUANTITIES) {
    const amount = usage[quantity];
    if (amount <= 0) continue;
    const price = compiled.perToken[quantity];
    const amountUsd = formatDecimal(BigInt(amount) * price, FEMTO_SCALE, 2);
    lines.push({ quantity, amount, unit: 'token', priceUsd: formatUsd(price), amountUsd });
  }
  if (compiled.perCall > 0n) {
    const priceUsd = formatUsd(compiled.perCall);
    lines.push({ quantity: 'perCall', amount: 1, unit: 'call', priceUsd, amountUsd: priceUsd });
  }
  return { total: rateTotal(usage, compiled), lines };
}

/** The total of `rate` without its lines: for the hot path. */
export function rateTotal(usage: UsageQuantities, sheet: CompiledSheet): NanoUsd {
  let femto = sheet.perCall * FEMTO_PER_NANO;
  for (const quantity of QUANTITIES) {
    const amount = usage[quantity];
    if (amount > 0) femto += BigInt(amount) * sheet.perToken[quantity];
  }
  return roundHalfUp(femto);
}

/** Femto-USD to nano-USD; amounts are never negative here, so up is away from zero. */
export function roundHalfUp(femto: bigint): NanoUsd {
  return (femto + FEMTO_PER_NANO / 2n) / FEMTO_PER_NANO;
}
