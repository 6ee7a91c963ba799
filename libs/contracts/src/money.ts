/**
 * Money is a whole number of nano-US-dollars (1 USD = 1,000,000,000 nano-USD) in a `bigint`.
 * Prices and amounts cross processes as decimal strings; no float ever touches them.
 */
export type NanoUsd = bigint;

export const NANO_PER_USD = 1_000_000_000n;

const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/;

/**
 * Reads a decimal amount in USD with at most 9 fraction digits and 12 whole digits, e.g. `"2.50"`.
 *
 * @returns nano-USD, or `undefined` when the text is no such decimal
 */
export function parseUsd(text: string): NanoUsd | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const nano = BigInt(whole) * NANO_PER_USD + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -nano : nano;
}

/** Writes nano-USD as a decimal in USD: at least 2 fraction digits, at most 9, e.g. `0.00026`. */
export function formatUsd(nano: NanoUsd): string {
  return formatDecimal(nano, 9, 2);
}

/**
 * Writes `value / 10^scale` as a decimal string without trailing zeros beyond `fractionDigitsMin`.
 *
 * @param scale number of fraction digits that `value` carries
 */
export function formatDecimal(value: bigint, scale: number, fractionDigitsMin = 0): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits
    .slice(digits.length - scale)
    .replace(/0+$/, '')
    .padEnd(fractionDigitsMin, '0');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
