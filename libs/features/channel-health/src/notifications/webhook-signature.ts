import { createHmac } from 'node:crypto';
import { type MasterKey } from '@tollgate/security';

/**
 * The secret that a rule's webhooks are signed with. Derived from the installation's master key, so that it is stored
 * nowhere; a rule under another name has another.
 */
export function webhookSecret(masterKey: MasterKey, rule: string): string {
  const secret = createHmac('sha256', masterKey.derive('webhook-signature')).update(rule).digest('base64url');
  return `whsec_${secret}`;
}

/** `t=<seconds since the epoch>,v1=<HMAC-SHA-256 of "<seconds>.<body>" in hexadecimal>`. */
export function webhookSignature(secret: string, seconds: number, body: string): string {
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
