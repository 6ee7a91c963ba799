import { z } from 'zod';
import { budgetReference } from '../budget.js';
import { idSchema } from '../id-schema.js';
import type { ApiKeyId, OrganizationId } from '../ids.js';
import { allowedAddresses, limits } from '../limits.js';
import { requiredTags } from './routing.js';

/**
 * `keys.<hash>` in the bucket `identity`: what a proxy must know of an API key.
 * The hash is HMAC-SHA-256 of the secret (hex); the secret itself is nowhere.
 */
export const apiKeyDocument = z.object({
  id: idSchema<ApiKeyId>(),
  name: z.string(),
  organizationId: idSchema<OrganizationId>(),
  /** A revoked key keeps its document, so that the client is told `api_key_revoked`. */
  status: z.enum(['active', 'revoked']),
  /** Milliseconds since the epoch; `null` never expires. */
  expiresAt: z.number().nullable(),
  /** Names and patterns (`gpt-4o*`) of models the key may call; `null` is every model of the organisation's group. */
  models: z.array(z.string()).nullable(),
  /** Of the key alone; those of its organisation apply beside them. Soft ones are not listed. */
  budgets: z.array(budgetReference).default([]),
  /** Of the key alone; those of its organisation and group apply beside them. `null`: none. */
  limits: limits.nullable().default(null),
  /** Where its requests may come from, within what the organisation allows; `null`: anywhere. */
  allowedAddresses: allowedAddresses.nullable().default(null),
  /** Its requests go only to channels with all of these tags. */
  requireTags: requiredTags,
});
export type ApiKeyDocument = z.infer<typeof apiKeyDocument>;

export const apiKeyDocumentKey = (hash: string): string => `keys.${hash}`;
