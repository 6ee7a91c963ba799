import type { ClientDialectId, VendorDialectId } from '@tollgate/contracts';
import { anthropicMessages } from './anthropic-messages/index.js';
import { bedrockConverse } from './bedrock-converse/index.js';
import { cohereChat } from './cohere-chat/index.js';
import type { Dialect, InboundDialect, OutboundDialect } from './dialect.js';
import { gemini } from './gemini/index.js';
import { openaiChat } from './openai-chat/index.js';
import { openaiCompletions } from './openai-completions/index.js';
import { openaiResponses } from './openai-responses/index.js';

/** A dialect that clients speak. */
export type ClientDialect = Dialect & { readonly inbound: InboundDialect };

/** A dialect that vendors are spoken to in. */
export type VendorDialect = Dialect & { readonly outbound: OutboundDialect };

/** Every dialect that clients speak. */
export const CLIENT_DIALECTS: Readonly<Record<ClientDialectId, ClientDialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'openai-completions': openaiCompletions,
};

/** Every dialect that vendors are spoken to in. */
export const DIALECTS: Readonly<Record<VendorDialectId, VendorDialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'bedrock-converse': bedrockConverse,
  'cohere-chat': cohereChat,
};
