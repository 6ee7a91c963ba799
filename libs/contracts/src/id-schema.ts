import { z } from 'zod';

/** An id on the wire. Of the brand only the type knows: a transform would be a step of its own in the reading of each one. */
export const idSchema = <Id extends string>(): z.ZodType<Id, string> =>
  z.string() as unknown as z.ZodType<Id, string>;
