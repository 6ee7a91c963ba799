import type { JsonObject } from '../canonical/part.js';

export const DIALECT = 'cohere-chat';

/** A message or a block of one. https://docs.cohere.com/reference/chat */
export type Block = JsonObject;
