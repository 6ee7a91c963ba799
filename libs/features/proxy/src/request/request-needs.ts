import type { Capability } from '@tollgate/contracts';
import { capabilityBits } from '@tollgate/routing';
import { QuotedText } from './quoted-text.js';

/** Names and values that stand in a request of some dialect when it needs the capability. */
const SIGNS: Readonly<Record<Capability, readonly string[]>> = {
  tools: ['tools', 'functions'],
  vision: ['image_url', 'input_image', 'image', 'image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  audio: ['input_audio', 'audio', 'audio/wav', 'audio/mp3', 'audio/mpeg'],
  files: ['input_file', 'file', 'document', 'application/pdf'],
  'json-schema': ['json_schema', 'output_format', 'responseSchema', 'responseJsonSchema', 'response_schema'],
  reasoning: ['reasoning_effort', 'reasoning', 'thinking', 'thinkingConfig', 'thinking_config'],
};

const NEEDS = Object.entries(SIGNS).map(([capability, signs]) => ({
  bit: capabilityBits([capability as Capability]),
  signs: signs.map((sign) => new QuotedText(sign)),
}));

/**
 * What a request needs, as a set of capability bits, read from its bytes without parsing them. Asked only where some
 * channel lacks something: `asked`, the capabilities that matter.
 */
export function needsOf(body: Buffer, asked: number): number {
  let needs = 0;
  for (const { bit, signs } of NEEDS) {
    if ((asked & bit) !== 0 && signs.some((sign) => sign.isIn(body))) needs |= bit;
  }
  return needs;
}
