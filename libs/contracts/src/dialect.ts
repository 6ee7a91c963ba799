/** Wire languages that clients speak to us and that we speak to vendors. */
export const DIALECT_IDS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;
export type DialectId = (typeof DIALECT_IDS)[number];

/** What a request asks of a model, whatever its dialect. */
export const OPERATIONS = ['chat', 'embeddings'] as const;
export type Operation = (typeof OPERATIONS)[number];
