import { z } from 'zod';
import { idSchema } from '../id-schema.js';
import type { JournalId } from '../ids.js';

/**
 * `watermarks.<journalId>` in the bucket `billing`: every usage event of the journal with a sequence number up to
 * `committedThrough` is in Postgres, so the proxy may forget it. Written by billing only.
 */
export const journalWatermark = z.object({
  journalId: idSchema<JournalId>(),
  committedThrough: z.number().int().min(0),
});
export type JournalWatermark = z.infer<typeof journalWatermark>;

export const journalWatermarkKey = (journalId: string): string => `watermarks.${journalId}`;
