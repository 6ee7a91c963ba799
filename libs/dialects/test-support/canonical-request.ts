import type { CanonicalRequest, Message } from '../src/canonical/request.js';

/** Asks for nothing yet: specs say what matters to them. */
export const EMPTY_REQUEST: CanonicalRequest = {
  origin: 'openai-chat',
  model: 'm',
  stream: false,
  system: [],
  messages: [],
  tools: [],
  stopSequences: [],
  sampling: {},
  extensions: {},
};

export const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
