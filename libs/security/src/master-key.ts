import { hkdfSync, randomBytes } from 'node:crypto';
import { GatewayError } from '@tollgate/contracts';

/** What a derived key is for. One label each, so that no key ever does two jobs. */
export type KeyPurpose =
  'api-key-pepper' | 'credential-seal' | 'credential-id' | 'access-token' | 'webhook-signature';

export const MASTER_KEY_BYTES = 32;

/** A random key has about 30 distinct bytes; fewer than 16 does not happen by chance. */
const DISTINCT_BYTES_MIN = 16;
const HOW_TO_MAKE_ONE = 'make one with "openssl rand -base64 32"';

/** The installation's one secret. Its bytes never leave the object; everything else uses keys derived from it. */
export class MasterKey {
  /** Names this key without revealing it: 16 hexadecimal digits. */
  readonly id: string;
  readonly #bytes: Buffer;
  readonly #derived = new Map<KeyPurpose, Buffer>();

  /** Use `parseMasterKey`, which refuses weak keys. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.id = deriveKey(bytes, 'key-id', 8).toString('hex');
  }

  /** 32 bytes for this purpose, by HKDF-SHA-256 (RFC 5869); always the same buffer, never to be changed. */
  derive(purpose: KeyPurpose): Buffer {
    let derived = this.#derived.get(purpose);
    if (derived === undefined) {
      derived = deriveKey(this.#bytes, purpose, 32);
      this.#derived.set(purpose, derived);
    }
    return derived;
  }

  toJSON(): { readonly id: string } {
    return { id: this.id };
  }
}

/** The master key in use and those before it, which still open what they sealed. */
export interface Keyring {
  readonly current: MasterKey;
  readonly previous: readonly MasterKey[];
}

/** All keys, the current one first. */
export function keysOf(keys: MasterKey | Keyring): readonly [MasterKey, ...MasterKey[]] {
  return keys instanceof MasterKey ? [keys] : [keys.current, ...keys.previous];
}

/**
 * Reads a master key: 32 bytes in base64 (standard or URL-safe).
 *
 * @throws GatewayError `validation_failed` for another length and for keys that are no random bytes
 */
export function parseMasterKey(base64: string): MasterKey {
  const text = base64.trim();
  if (text === '') throw refusal('is empty');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw refusal('is not base64');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== MASTER_KEY_BYTES) {
    throw refusal(`must be ${MASTER_KEY_BYTES} bytes in base64, but decodes to ${bytes.length}`);
  }
  if (looksMadeUp(bytes)) throw refusal('is not random: it looks like a default or a typed text');
  return new MasterKey(bytes);
}

/** A new random master key in base64, as `parseMasterKey` reads it. */
export function generateMasterKey(): string {
  return randomBytes(MASTER_KEY_BYTES).toString('base64');
}

function looksMadeUp(bytes: Buffer): boolean {
  if (new Set(bytes).size < DISTINCT_BYTES_MIN) return true;
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return true;
  const steps = bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0));
  return new Set(steps).size === 1;
}

function deriveKey(bytes: Buffer, label: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', bytes, '', `tollgate/v1/${label}`, length));
}

function refusal(problem: string): GatewayError {
  return new GatewayError('validation_failed', `The master key ${problem}; ${HOW_TO_MAKE_ONE}.`);
}
