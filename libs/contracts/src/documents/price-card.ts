import { z } from 'zod';
import { idSchema } from '../id-schema.js';
import type { PriceCardId } from '../ids.js';
import { priceSheet } from '../prices.js';

/** One version of a model's prices; immutable once published. */
export const priceCardVersion = z.object({
  id: idSchema<PriceCardId>(),
  version: z.number().int().min(1),
  /** Milliseconds since the epoch; the version with the latest date not after the request's start applies. */
  effectiveFrom: z.number(),
  prices: priceSheet,
});
export type PriceCardVersion = z.infer<typeof priceCardVersion>;

/** `prices.<base64url of the model name>` in the bucket `config`. */
export const priceCardDocument = z.object({
  model: z.string(),
  /** Ascending by `effectiveFrom`; holds the current version, the future ones and those of the last 7 days. */
  versions: z.array(priceCardVersion),
});
export type PriceCardDocument = z.infer<typeof priceCardDocument>;

export const priceCardDocumentKey = (model: string): string =>
  `prices.${Buffer.from(model).toString('base64url')}`;
