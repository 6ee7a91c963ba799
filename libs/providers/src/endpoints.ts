import type { ChannelOptions, Endpoint, ModelListApi, ProviderDialect } from './provider.js';

const CHAT_PATHS = { chat: '/chat/completions', embeddings: '/embeddings' } as const;

/** OpenAI's Chat Completions and Embeddings below the base URL, which most vendors took over. */
export const OPENAI_CHAT = { id: 'openai-chat', endpoints: CHAT_PATHS } as const satisfies ProviderDialect;

/** OpenAI's list of models, which most vendors took over. */
export const OPENAI_MODELS = {
  path: '/models',
  items: ['data'],
  name: ['id'],
} as const satisfies ModelListApi;

/** Chat Completions without embeddings. */
export const OPENAI_CHAT_ONLY = {
  id: 'openai-chat',
  endpoints: { chat: '/chat/completions' },
} as const satisfies ProviderDialect;

export const OPENAI_RESPONSES = {
  id: 'openai-responses',
  endpoints: { chat: '/responses' },
} as const satisfies ProviderDialect;

/**
 * Anthropic's Messages at vendors that took them over: they think by a budget, and promise no schema. The path is below a
 * base URL that other dialects share; a vendor that has it elsewhere says so.
 */
export const ANTHROPIC_IMITATED = {
  id: 'anthropic-messages',
  endpoints: { chat: '/anthropic/v1/messages' },
  headers: ['anthropic-version', '2023-06-01'],
  profile: { reasoning: 'anthropic-budget', structuredOutput: 'none', audio: false },
} as const satisfies ProviderDialect;

/** The path of an endpoint with the model filled in. */
export function endpointPath(endpoint: Endpoint, model: string, streamed: boolean): string {
  const path = typeof endpoint === 'string' ? endpoint : streamed ? endpoint.streamed : endpoint.whole;
  return path.includes('{model}') ? path.replace('{model}', encodeURIComponent(model)) : path;
}

/** Puts the options of a channel where `{…}` names them. Options that are not known stay as they are written. */
export function fillOptions(template: string, options: ChannelOptions): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => options[name] ?? placeholder);
}
