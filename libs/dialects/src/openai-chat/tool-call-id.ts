import { createHash } from 'node:crypto';
import type { TargetProfile } from '../canonical/target.js';

const NINE = /^[A-Za-z0-9]{9}$/;
/** OpenAI refuses longer ones. */
const ID_LENGTH_MAX = 40;

/**
 * The id of a call as the target takes it: the same for a call and its result, in every request. Mistral insists on nine
 * letters and digits: https://docs.mistral.ai/capabilities/function_calling/
 */
export function targetCallId(id: string, { toolCallIds }: TargetProfile): string {
  if (toolCallIds === 'nine-alphanumeric') return NINE.test(id) ? id : letters(id, 9);
  return id.length <= ID_LENGTH_MAX ? id : `call_${letters(id, 24)}`;
}

function letters(id: string, length: number): string {
  return createHash('sha512').update(id).digest('base64').replace(/[+/=]/g, '').slice(0, length);
}
