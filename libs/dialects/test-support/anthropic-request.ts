import { encodeRequest } from '../src/anthropic-messages/encode-request.js';
import type { CanonicalRequest, Message } from '../src/canonical/request.js';
import { FULL_TARGET, type TargetProfile } from '../src/canonical/target.js';
import { warningLabel } from '../src/canonical/warning.js';
import { EMPTY_REQUEST, user } from './canonical-request.js';

export const USER = user('Hi');
export const EMPTY: CanonicalRequest = { ...EMPTY_REQUEST, model: 'asked', messages: [USER] };
export const BUDGET: TargetProfile = { ...FULL_TARGET, model: 'claude', reasoning: 'anthropic-budget' };
export const ADAPTIVE: TargetProfile = { ...BUDGET, reasoning: 'anthropic-adaptive' };
export const FUNCTION = { type: 'function', name: 'f', parameters: { type: 'object' } } as const;

/** The members of the body that the vendor is sent, and the labels of the warnings beside them. */
export function encode(over: Partial<CanonicalRequest>, target: Partial<TargetProfile> = {}) {
  const { body, warnings } = encodeRequest({ ...EMPTY, ...over }, { ...BUDGET, ...target });
  return { ...body, warnings: warnings.map(warningLabel) } as Record<string, unknown> & {
    warnings: string[];
  };
}

export const called = (id: string, name = 'f', input = '{}'): Message => ({
  role: 'assistant',
  content: [{ type: 'tool-call', id, name, input, kind: 'function' }],
});
export const answered = (id: string, text = 'ok'): Message => ({
  role: 'tool',
  content: [{ type: 'tool-result', toolCallId: id, kind: 'function', content: [{ type: 'text', text }] }],
});
