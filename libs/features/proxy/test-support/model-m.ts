import { SECRET } from './proxy-world.js';

/** Of a channel that has the one model `m`. */
export const MODELS = [{ name: 'm', upstream: 'vendor-m', cost: null }];

/** A request for a chat with it, as OpenAI's clients say it. */
export const chat = (more: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
});

/** The same as Anthropic's clients say it, and how it is sent. */
export const messages = (more: object = {}) => ({ ...chat(), max_tokens: 100, ...more });
export const MESSAGES = {
  path: '/v1/messages',
  headers: { 'x-api-key': SECRET, 'anthropic-version': '2023-06-01' },
};

/** The same as Gemini's clients say it, and how it is sent. */
export const contents = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };
export const gemini = (method: string) => ({
  path: `/v1beta/models/m:${method}`,
  headers: { 'x-goog-api-key': SECRET },
});
