import { z } from 'zod';
import { idSchema } from '../id-schema.js';
import type { ChannelId, OrganizationId } from '../ids.js';

/**
 * `responses.<id>` in the bucket `responses`: where an answer (or a conversation) lies that a vendor stored, and whose it
 * is. Only its organisation may go on with it, read or delete it, and only through the channel that made it.
 */
export const storedResponseDocument = z.object({
  id: z.string(),
  channelId: idSchema<ChannelId>(),
  /** Which of the channel's credentials, by its position then; vendors keep answers by account. */
  credential: z.number().int().min(0),
  /** Which it is wherever it stands by now, as `credentialId` of `@tollgate/security` names it; absent: of old documents. */
  credentialId: z.string().optional(),
  /** The channel had no other. */
  onlyCredential: z.boolean().optional(),
  organizationId: idSchema<OrganizationId>(),
  model: z.string(),
});
export type StoredResponseDocument = z.infer<typeof storedResponseDocument>;

/** Ids of vendors are of letters that keys may have; `undefined` for what is no such id. */
export function storedResponseKey(id: string): string | undefined {
  return /^[\w-]{1,200}$/.test(id) ? `responses.${id}` : undefined;
}
