import type { SdkDialect } from '../sdk-gateway.js';
import { ChatClient } from './chat-client.js';
import { GeminiClient } from './gemini-client.js';
import { MessagesClient } from './messages-client.js';
import { ResponsesClient } from './responses-client.js';
import type { ClientOptions, SdkClient } from './sdk-client.js';

const CLIENTS: Readonly<Record<SdkDialect, new (options: ClientOptions) => SdkClient>> = {
  'openai-chat': ChatClient,
  'openai-responses': ResponsesClient,
  'anthropic-messages': MessagesClient,
  gemini: GeminiClient,
};

/** The official SDK of a dialect. */
export function sdkClient(dialect: SdkDialect, options: ClientOptions): SdkClient {
  return new CLIENTS[dialect](options);
}
