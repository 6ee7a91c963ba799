import { z } from 'zod';
import { modelRoutingMembers } from './routing.js';

/** `models.<base64url of the name>` in the bucket `config`: what the catalogue knows of a model beyond its price. */
export const modelDocument = z.object({
  name: z.string(),
  displayName: z.string().nullable(),
  description: z.string().nullable(),
  ownedBy: z.string().nullable(),
  /** Most tokens of the input; what is certainly longer is not asked of the model where a fallback takes over. */
  contextTokensMax: z.number().int().min(1).nullable(),
  /** Most tokens that the model can answer with; bounds the hold of a request that sets no limit. */
  outputTokensMax: z.number().int().min(1).nullable(),
  enabled: z.boolean(),
  ...modelRoutingMembers,
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
});
export type ModelDocument = z.infer<typeof modelDocument>;

export const modelDocumentKey = (name: string): string => `models.${Buffer.from(name).toString('base64url')}`;
