import { bedrockConverse } from '../src/bedrock-converse/index.js';
import type { CanonicalRequest } from '../src/canonical/request.js';
import { FULL_TARGET, type TargetProfile } from '../src/canonical/target.js';
import { warningLabel } from '../src/canonical/warning.js';
import { EMPTY_REQUEST, user } from './canonical-request.js';

export const TARGET: TargetProfile = {
  ...FULL_TARGET,
  model: 'us.anthropic.claude-x',
  reasoning: 'anthropic-budget',
};
export const BASE: CanonicalRequest = { ...EMPTY_REQUEST, stream: true, messages: [user('Hello')] };
export const TIDE = {
  type: 'function',
  name: 'tide',
  parameters: { properties: { harbour: { type: 'string' } } },
} as const;
export const CALL = {
  type: 'tool-call',
  id: 'call_1',
  name: 'tide',
  input: '{"harbour":"Brest"}',
  kind: 'function',
} as const;

/** The body that the vendor is sent, and the labels of the warnings. */
export function encoded(more: Partial<CanonicalRequest>, profile: Partial<TargetProfile> = {}) {
  const { body, warnings } = bedrockConverse.outbound.encodeRequest(
    { ...BASE, ...more },
    { ...TARGET, ...profile },
  );
  return { body, warnings: warnings.map(warningLabel) };
}
