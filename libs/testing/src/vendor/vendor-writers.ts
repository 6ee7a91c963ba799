import { chatWriter } from './chat-writer.js';
import { geminiWriter } from './gemini-answers.js';
import { messagesWriter } from './messages-answers.js';
import { responsesWriter } from './responses-answers.js';
import type { VendorWriter } from './vendor-answer.js';

/** A writer for each dialect that both clients and vendors speak. */
export const VENDOR_WRITERS = {
  'openai-chat': chatWriter,
  'openai-responses': responsesWriter,
  'anthropic-messages': messagesWriter,
  gemini: geminiWriter,
} as const satisfies Readonly<Record<string, VendorWriter>>;

export type WrittenDialect = keyof typeof VENDOR_WRITERS;
