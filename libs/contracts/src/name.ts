import { z } from 'zod';

export const NAME_LENGTH_MAX = 200;
/** Control characters have no place in what people and logs read. */
export const NAME_PATTERN = /^\P{Cc}*$/u;

/** What something is called: an organisation, a channel, a model, a group, a tag. */
export const nameString = z
  .string()
  .min(1)
  .max(NAME_LENGTH_MAX)
  .regex(NAME_PATTERN, 'must not hold control characters');
