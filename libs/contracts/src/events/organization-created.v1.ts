import { z } from 'zod';
import { idSchema } from '../id-schema.js';
import type { OrganizationId } from '../ids.js';
import { priceString } from '../prices.js';

/** One message on the topic `organizations`: billing opens the account and posts the opening credit once. */
export const organizationCreatedV1 = z.object({
  type: z.literal('organization.created'),
  version: z.literal(1),
  organizationId: idSchema<OrganizationId>(),
  name: z.string(),
  /** USD, decimal string. */
  openingBalance: priceString,
  occurredAt: z.number(),
});
export type OrganizationCreatedV1 = z.infer<typeof organizationCreatedV1>;
