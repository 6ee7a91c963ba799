import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from 'node:crypto';
import { GatewayError, type SealedSecret } from '@tollgate/contracts';
import { keysOf, type Keyring, type MasterKey } from './master-key.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals a secret with AES-256-GCM under a derived key.
 *
 * @param associatedData what the secret belongs to; it opens only with the same text
 */
export function sealSecret(
  keys: MasterKey | Keyring,
  plaintext: string,
  associatedData: string,
): SealedSecret {
  const [masterKey] = keysOf(keys);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', masterKey.derive('credential-seal'), nonce);
  cipher.setAAD(Buffer.from(associatedData, 'utf8'));
  const box = Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { keyId: masterKey.id, box: box.toString('base64') };
}

/**
 * Opens what `sealSecret` sealed, with whichever key of the ring did it.
 *
 * @throws GatewayError `internal_error` when no key of the ring sealed it, when it belongs to something else, or
 *   when it was changed; the message names neither the secret nor a key
 */
export function openSecret(keys: MasterKey | Keyring, sealed: SealedSecret, associatedData: string): string {
  const masterKey = keysOf(keys).find((key) => key.id === sealed.keyId);
  if (masterKey === undefined) {
    throw refusal(
      `A stored credential was sealed with the master key ${sealed.keyId}, which is not configured; ` +
        'configure that master key again, or enter the credential anew.',
    );
  }
  const box = Buffer.from(sealed.box, 'base64');
  if (box.length < NONCE_BYTES + TAG_BYTES) throw refusal('A stored credential is cut short; enter it anew.');
  const decipher = createDecipheriv(
    'aes-256-gcm',
    masterKey.derive('credential-seal'),
    box.subarray(0, NONCE_BYTES),
    { authTagLength: TAG_BYTES },
  );
  decipher.setAAD(Buffer.from(associatedData, 'utf8'));
  decipher.setAuthTag(box.subarray(-TAG_BYTES));
  try {
    const ciphertext = box.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw refusal(
      'A stored credential does not open: it belongs to another record or host, or was changed.',
      cause,
    );
  }
}

/** Whether the secret should be sealed again because its key is no longer the current one. */
export function isSealedByCurrentKey(keys: MasterKey | Keyring, sealed: SealedSecret): boolean {
  return keysOf(keys)[0].id === sealed.keyId;
}

/**
 * What a channel's credential is bound to: the channel and the host it may be sent to. A sealed credential copied to
 * another channel, or a channel whose base URL was turned to another host, does not open.
 *
 * @throws GatewayError `validation_failed` when the base URL is none
 */
export function credentialAssociation(channelId: string, baseUrl: string): string {
  if (!URL.canParse(baseUrl)) {
    throw new GatewayError('validation_failed', 'The base URL of the channel is not a URL.', {
      field: 'baseUrl',
    });
  }
  const { protocol, host } = new URL(baseUrl);
  return JSON.stringify(['channel-credential', channelId, `${protocol}//${host}`]);
}

/**
 * Names a channel's credential where one must be told from the others, in 32 hexadecimal digits: a keyed hash, so that
 * nobody without the master key can try secrets against it. The same secret has another name in another channel, and
 * under another master key.
 */
export function credentialId(masterKey: MasterKey, channelId: string, secret: string): string {
  const text = JSON.stringify(['channel-credential', channelId, secret]);
  return createHmac('sha256', masterKey.derive('credential-id')).update(text).digest('hex').slice(0, 32);
}

/** Tells whether positions in two lists of sealed credentials mean the same: of the boxes, which reveal nothing. */
export function credentialsFingerprint(credentials: readonly SealedSecret[]): string {
  return hash('sha256', JSON.stringify(credentials.map(({ keyId, box }) => [keyId, box])), 'base64url');
}

function refusal(message: string, cause?: unknown): GatewayError {
  return new GatewayError('internal_error', message, { exposure: 'internal', cause });
}

/** The user name and password of a channel's proxy are sealed for that proxy and no other. */
export function proxyAssociation(channelId: string, url: string): string {
  return JSON.stringify(['channel-proxy', channelId, url]);
}

/** The key of a channel's client certificate; it is never sent anywhere. */
export function clientKeyAssociation(channelId: string): string {
  return JSON.stringify(['channel-client-key', channelId]);
}
