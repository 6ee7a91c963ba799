import type { JsonObject } from '../canonical/part.js';

export const DIALECT = 'bedrock-converse';

/**
 * A union of Amazon's: one member, whose name says what it is: `{"text": …}`, `{"toolUse": {…}}`.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
 */
export type Block = JsonObject;

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html */
export interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly Block[];
}
