import { z } from 'zod';
import { VENDOR_DIALECT_IDS } from '../dialect.js';
import { idSchema } from '../id-schema.js';
import type { ChannelId } from '../ids.js';
import { channelRoutingMembers } from './routing.js';
import { priceSheet } from '../prices.js';
import { channelTransformMembers } from './channel-transforms.js';
import { sealedTransportMembers } from './channel-transport.js';
import { sealedSecret } from './sealed-secret.js';

/** `channels.<id>` in the bucket `config`: configured credentials at a provider. */
export const channelDocument = z.object({
  id: idSchema<ChannelId>(),
  name: z.string(),
  provider: z.string(),
  /** The vendor's base URL, e.g. `https://api.openai.com/v1`; resolved by admin, never empty. */
  baseUrl: z.string(),
  credentials: z.array(sealedSecret),
  models: z.array(
    z.object({
      name: z.string(),
      /** The vendor's name of the model. */
      upstream: z.string(),
      /** What the vendor charges us, for reports of cost and margin; `null` when unknown. */
      cost: priceSheet.nullable(),
    }),
  ),
  groups: z.array(z.string()),
  /** Speak only this dialect to the vendor; `null` leaves the choice to the provider. */
  dialect: z.enum(VENDOR_DIALECT_IDS).nullable(),
  /** What the provider's URL templates name (region, API version …), as given; the provider fills in the rest. */
  options: z.record(z.string(), z.string()).default({}),
  /** Thoughts are written into the answer's text, between `<think>` tags. */
  thinkingToContent: z.boolean().default(false),
  /** Higher first. */
  priority: z.number().int(),
  /** Share among channels of equal priority; 0 takes no traffic unless alone. */
  weight: z.number().int().min(0),
  enabled: z.boolean(),
  ...channelRoutingMembers,
  ...channelTransformMembers,
  ...sealedTransportMembers,
});
export type ChannelDocument = z.infer<typeof channelDocument>;

export const channelDocumentKey = (id: string): string => `channels.${id}`;
