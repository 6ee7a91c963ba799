/** Shorter secrets would be given away by their end. */
const MASKABLE_LENGTH_MIN = 8;

/** The last four characters, by which an operator recognises a credential; empty when it is too short for that. */
export function lastFour(secret: string): string {
  return secret.length >= MASKABLE_LENGTH_MIN ? secret.slice(-4) : '';
}

/** E.g. `…ream`. */
export function maskCredential(secret: string): string {
  return `…${lastFour(secret)}`;
}
