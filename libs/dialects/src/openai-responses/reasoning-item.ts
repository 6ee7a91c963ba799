import type { ReasoningPart, Signature } from '../canonical/part.js';
import { packSignature, unpackSignature } from '../canonical/signature.js';
import { DIALECT } from './wire.js';

/**
 * Stands where the vendor's own state would, for reasoning of another vendor that has none: a body that gives it back
 * holds foreign state, and is translated instead of being sent to the vendor, which would refuse an item that it does not
 * know.
 */
const FOREIGN_MARK = packSignature({ origin: 'openai-completions', value: '' }, DIALECT);

/** Says of a packed state that the vendor hid the thoughts for safety: the dialect has no member for it. */
const REDACTED = 'redacted:';

/** `encrypted_content` for a client; `undefined` for the vendor's own reasoning without state. */
export function packReasoning({
  signature,
  redacted,
  id,
}: Pick<ReasoningPart, 'signature' | 'redacted' | 'id'>): string | undefined {
  // Only this dialect's vendors give reasoning an id.
  if (signature === undefined) return id === undefined ? FOREIGN_MARK : undefined;
  const { origin, value } = signature;
  return packSignature({ origin, value: redacted === true ? REDACTED + value : value }, DIALECT);
}

export function unpackReasoning(encrypted: string): Pick<ReasoningPart, 'signature' | 'redacted'> {
  const signature: Signature = unpackSignature(encrypted, DIALECT);
  if (signature.value === '') return {};
  if (signature.origin === DIALECT || !signature.value.startsWith(REDACTED)) return { signature };
  return { signature: { ...signature, value: signature.value.slice(REDACTED.length) }, redacted: true };
}
