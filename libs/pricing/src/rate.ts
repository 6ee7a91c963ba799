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

/**
 * The total of `rate` without its lines: for the hot path, so each quantity by its name, where a loop over names would look
 * each of them up.
 */
export function rateTotal(usage: UsageQuantities, { perToken, perCall }: CompiledSheet): NanoUsd {
  return roundHalfUp(
    perCall * FEMTO_PER_NANO +
      amountOf(usage.input, perToken.input) +
      amountOf(usage.cacheRead, perToken.cacheRead) +
      amountOf(usage.cacheWrite5m, perToken.cacheWrite5m) +
      amountOf(usage.cacheWrite1h, perToken.cacheWrite1h) +
      amountOf(usage.audioInput, perToken.audioInput) +
      amountOf(usage.imageInput, perToken.imageInput) +
      amountOf(usage.output, perToken.output) +
      amountOf(usage.reasoning, perToken.reasoning) +
      amountOf(usage.audioOutput, perToken.audioOutput),
  );
}

function amountOf(tokens: number, price: bigint): bigint {
  return tokens > 0 ? BigInt(tokens) * price : 0n;
}

/** Femto-USD to nano-USD; amounts are never negative here, so up is away from zero. */
export function roundHalfUp(femto: bigint): NanoUsd {
  return (femto + FEMTO_PER_NANO / 2n) / FEMTO_PER_NANO;
}
