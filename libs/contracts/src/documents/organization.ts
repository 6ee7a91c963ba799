import { z } from 'zod';
import type { OrganizationId } from '../ids.js';

/** `organizations.<id>` in the bucket `identity`. */
export const organizationDocument = z.object({
  id: z.string().transform((id) => id as OrganizationId),
  name: z.string(),
  status: z.enum(['active', 'suspended']),
  /** Channels that serve this group carry the organisation's requests. */
  group: z.string(),
});
export type OrganizationDocument = z.infer<typeof organizationDocument>;

export const organizationDocumentKey = (id: string): string => `organizations.${id}`;
