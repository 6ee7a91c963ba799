import { GatewayError, parseUsd, type PriceSheet, type UsageQuantities } from '@tollgate/contracts';

/** The name of one counted quantity of a request. */
export type QuantityName = keyof UsageQuantities;

/**
 * Whose price a quantity without a price of its own is charged at. Media and cache cost as input, reasoning and audio
 * answers as output; `input` and `output` themselves have no parent.
 */
const PARENT = {
  input: null,
  cacheRead: 'input',
  cacheWrite5m: 'input',
  cacheWrite1h: 'input',
  audioInput: 'input',
  imageInput: 'input',
  output: null,
  reasoning: 'output',
  audioOutput: 'output',
} as const satisfies Record<QuantityName, 'input' | 'output' | null>;

export const INPUT_QUANTITIES = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
] as const satisfies readonly QuantityName[];
export const OUTPUT_QUANTITIES = [
  'output',
  'reasoning',
  'audioOutput',
] as const satisfies readonly QuantityName[];
export const QUANTITIES: readonly QuantityName[] = [...INPUT_QUANTITIES, ...OUTPUT_QUANTITIES];

/** A price sheet with its decimal strings read once. Made by `compileSheet`, immutable. */
export interface CompiledSheet {
  /**
   * Price of each quantity, parents applied: nano-USD per 1M tokens, which is the same number as femto-USD (10⁻¹⁵) per
   * token. So `count × price` is an exact amount in femto-USD.
   */
  readonly perToken: Readonly<Record<QuantityName, bigint>>;
  /** The dearest price of a token that is read, and of one that is written. */
  readonly dearestInput: bigint;
  readonly dearestOutput: bigint;
  /** Nano-USD per call. */
  readonly perCall: bigint;
}

/**
 * Reads a sheet's prices once, for rating many requests.
 *
 * A quantity whose parent has no price either costs nothing: an embedding model has no output price, a model priced
 * per call has no token price. A sheet that names neither `input`, `output` nor `perCall` is no price at all; ask
 * `isPriced` before serving by it.
 *
 * @throws GatewayError `validation_failed` for a string that `priceSheet` of contracts refuses
 */
export function compileSheet(sheet: PriceSheet): CompiledSheet {
  const perToken = Object.fromEntries(
    QUANTITIES.map((name) => [name, ownOrParentPrice(sheet, name)]),
  ) as Record<QuantityName, bigint>;
  return Object.freeze({
    perToken: Object.freeze(perToken),
    dearestInput: dearest(perToken, INPUT_QUANTITIES),
    dearestOutput: dearest(perToken, OUTPUT_QUANTITIES),
    perCall: price(sheet, 'perCall') ?? 0n,
  });
}

function dearest(
  perToken: Readonly<Record<QuantityName, bigint>>,
  quantities: readonly QuantityName[],
): bigint {
  return quantities.reduce((highest, name) => (perToken[name] > highest ? perToken[name] : highest), 0n);
}

/** Whether the sheet says what the model costs; a model whose sheet does not is unpriced. */
export function isPriced(sheet: PriceSheet): boolean {
  return sheet.input !== undefined || sheet.output !== undefined || sheet.perCall !== undefined;
}

function ownOrParentPrice(sheet: PriceSheet, name: QuantityName): bigint {
  const own = price(sheet, name);
  if (own !== undefined) return own;
  const parent = PARENT[name];
  return parent === null ? 0n : (price(sheet, parent) ?? 0n);
}

function price(sheet: PriceSheet, field: keyof PriceSheet): bigint | undefined {
  const text = sheet[field];
  if (text === undefined) return undefined;
  const nano = parseUsd(text);
  if (nano === undefined || nano < 0n) {
    throw new GatewayError('validation_failed', `The price "${text}" is not a decimal amount in USD.`, {
      field,
    });
  }
  return nano;
}
