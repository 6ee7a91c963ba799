import type { DialectId } from '@tollgate/contracts';
import type { Signature } from './part.js';

/**
 * State of one vendor travels through a client of another dialect in the fields that this dialect has for such state,
 * packed with where it came from, so that it is given back to that vendor and to no other.
 *
 * `1tollgate.<dialect>.<value>`; in ids of tool calls, whose letters vendors and clients restrict,
 * `<id>__1tollgate_<dialect>_<base64url of the value>`.
 *
 * The mark begins with a byte that is rare in prose: every body that passes is searched for it.
 */
const MARK = '1tollgate';
/** The mark in base64 (nine bytes: no rest), for fields that must be base64. */
const MARK_BASE64 = Buffer.from(MARK).toString('base64');
const PACKED = /^1tollgate\.([a-z-]+)\.(.*)$/s;
const ID_SEPARATOR = `__${MARK}_`;
/** What stands behind the separator: looked at from there only, for an id may be as long as a body. */
const PACKED_IN_ID = /^([a-z-]+)_([A-Za-z0-9_-]*)$/;

/** The value as it stands for a client of `dialect`: bare when it is the client's own, packed otherwise. */
export function packSignature({ origin, value }: Signature, dialect: DialectId): string {
  return origin === dialect ? value : `${MARK}.${origin}.${value}`;
}

/** The reverse: a bare value is taken for the client's own. */
export function unpackSignature(text: string, dialect: DialectId): Signature {
  const [, origin, value] = PACKED.exec(text) ?? [];
  return origin === undefined || value === undefined
    ? { origin: dialect, value: text }
    : { origin: origin as DialectId, value };
}

/** As `packSignature`, for a field that must be base64 (Gemini's `thoughtSignature`). */
export function packSignatureBase64(signature: Signature, dialect: DialectId): string {
  const packed = packSignature(signature, dialect);
  return signature.origin === dialect ? packed : Buffer.from(packed).toString('base64');
}

export function unpackSignatureBase64(text: string, dialect: DialectId): Signature {
  return text.startsWith(MARK_BASE64)
    ? unpackSignature(Buffer.from(text, 'base64').toString('utf8'), dialect)
    : { origin: dialect, value: text };
}

/** Puts the signature of a call into its id: clients give ids back, and know no other field for it. */
export function packToolCallId(id: string, signature: Signature | undefined): string {
  if (signature === undefined) return id;
  const value = Buffer.from(signature.value).toString('base64url');
  return `${id}${ID_SEPARATOR}${signature.origin}_${value}`;
}

export function unpackToolCallId(packed: string): { readonly id: string; readonly signature?: Signature } {
  const at = packed.indexOf(ID_SEPARATOR);
  const [, origin, value] =
    at === -1 ? [] : (PACKED_IN_ID.exec(packed.slice(at + ID_SEPARATOR.length)) ?? []);
  if (origin === undefined || value === undefined) return { id: packed };
  return {
    id: packed.slice(0, at),
    signature: { origin: origin as DialectId, value: Buffer.from(value, 'base64url').toString('utf8') },
  };
}

const MARKS = [Buffer.from(MARK), Buffer.from(MARK_BASE64)];

/** The body holds packed state: its bytes must not pass to a vendor as they are. */
export function carriesForeignState(body: Buffer): boolean {
  return MARKS.some((mark) => body.includes(mark));
}
