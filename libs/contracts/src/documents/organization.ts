import { z } from 'zod';
import { budgetReference } from '../budget.js';
import { idSchema } from '../id-schema.js';
import type { OrganizationId } from '../ids.js';
import { allowedAddresses, limits } from '../limits.js';

/** `organizations.<id>` in the bucket `identity`. */
export const organizationDocument = z.object({
  id: idSchema<OrganizationId>(),
  name: z.string(),
  status: z.enum(['active', 'suspended']),
  /** Channels that serve this group carry the organisation's requests. */
  group: z.string(),
  /** What its requests are held from beside its balance. Soft ones are not listed. */
  budgets: z.array(budgetReference).default([]),
  /** Of all its requests together; `null`: none. */
  limits: limits.nullable().default(null),
  /** Where its requests may come from, whatever their key; `null`: anywhere. */
  allowedAddresses: allowedAddresses.nullable().default(null),
});
export type OrganizationDocument = z.infer<typeof organizationDocument>;

export const organizationDocumentKey = (id: string): string => `organizations.${id}`;
