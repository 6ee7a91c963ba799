/** Wire languages that clients speak to us and that we speak to vendors. */
export const DIALECT_IDS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;

/** What clients may speak: the dialects, and OpenAI's legacy Completions, which no vendor is spoken to in. */
export const CLIENT_DIALECT_IDS = [...DIALECT_IDS, 'openai-completions'] as const;
export type ClientDialectId = (typeof CLIENT_DIALECT_IDS)[number];

/** What vendors may be spoken to in: the dialects, and languages that only one vendor has. */
export const VENDOR_DIALECT_IDS = [...DIALECT_IDS, 'bedrock-converse', 'cohere-chat'] as const;
export type VendorDialectId = (typeof VENDOR_DIALECT_IDS)[number];

export type DialectId = ClientDialectId | VendorDialectId;

/**
 * What a request asks for, whatever its dialect: `chat` generates, `count-tokens` tells how many input tokens a chat
 * request has, `compact` shortens a conversation (OpenAI Responses).
 */
export const OPERATIONS = ['chat', 'embeddings', 'count-tokens', 'compact'] as const;
export type Operation = (typeof OPERATIONS)[number];
