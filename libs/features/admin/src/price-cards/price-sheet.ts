import { formatUsd, parseUsd, priceSheet, type PriceSheet } from '@tollgate/contracts';

/** The quantities that can have a price, in the order in which they are shown. */
export const PRICE_FIELDS = Object.freeze(Object.keys(priceSheet.shape)) as readonly (keyof PriceSheet)[];

/**
 * The same prices written in one way (`"2.5"` and `"2.50"` are both `"2.50"`), so that sheets can be compared.
 * What is no decimal is left for the schema to refuse.
 */
export function canonicalSheet(sheet: PriceSheet): PriceSheet {
  return Object.fromEntries(
    PRICE_FIELDS.flatMap((field) => {
      const price = sheet[field];
      if (price === undefined) return [];
      const nano = parseUsd(price);
      return [[field, nano === undefined ? price : formatUsd(nano)]];
    }),
  );
}

export function sameSheet(left: PriceSheet, right: PriceSheet): boolean {
  return JSON.stringify(canonicalSheet(left)) === JSON.stringify(canonicalSheet(right));
}

export function isEmptySheet(sheet: PriceSheet): boolean {
  return PRICE_FIELDS.every((field) => sheet[field] === undefined);
}
