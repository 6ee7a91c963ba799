import type { VendorDialectId } from '@tollgate/contracts';
import { anthropicMessages } from './anthropic-messages/index.js';
import { bedrockConverse } from './bedrock-converse/index.js';
import { cohereChat } from './cohere-chat/index.js';
import type { Dialect, OutboundDialect } from './dialect.js';
import { gemini } from './gemini/index.js';
import { openaiChat } from './openai-chat/index.js';
import { openaiResponses } from './openai-responses/index.js';

/** Every dialect that vendors are spoken to in. */
export const DIALECTS: Readonly<Record<VendorDialectId, Dialect & { readonly outbound: OutboundDialect }>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'bedrock-converse': bedrockConverse,
  'cohere-chat': cohereChat,
};
