import { z } from 'zod';

/** A secret sealed with AES-256-GCM; only the proxy and admin can open it (libs/security). */
export const sealedSecret = z.object({
  /** Which master-key generation sealed it. */
  keyId: z.string(),
  /** Base64 of nonce (12 bytes), ciphertext, tag (16 bytes). */
  box: z.string(),
});
export type SealedSecret = z.infer<typeof sealedSecret>;
