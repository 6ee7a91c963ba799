import { z } from 'zod';
import { parseUsd } from './money.js';

/** A price in USD as a decimal string, not negative, at most 9 fraction digits. */
export const priceString = z
  .string()
  .refine((text) => !text.startsWith('-') && parseUsd(text) !== undefined, {
    error: 'must be a decimal string in USD with at most 9 fraction digits, e.g. "2.50"',
  });

/**
 * What one model costs: USD per 1M tokens for each quantity, USD per call for `perCall`.
 * A quantity without a price of its own is charged at its parent's: cache and media input at `input`,
 * reasoning and audio output at `output`.
 */
export const priceSheet = z.strictObject({
  input: priceString.optional(),
  cacheRead: priceString.optional(),
  cacheWrite5m: priceString.optional(),
  cacheWrite1h: priceString.optional(),
  audioInput: priceString.optional(),
  imageInput: priceString.optional(),
  output: priceString.optional(),
  reasoning: priceString.optional(),
  audioOutput: priceString.optional(),
  perCall: priceString.optional(),
});
export type PriceSheet = z.infer<typeof priceSheet>;
