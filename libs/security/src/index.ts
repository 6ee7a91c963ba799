export { signAccessToken, verifyAccessToken, type AccessTokenClaims } from './access-token.js';
export { describeApiKeySecret, hashApiKey, isWellFormedApiKeySecret, newApiKeySecret } from './api-key.js';
export {
  generateMasterKey,
  MASTER_KEY_BYTES,
  MasterKey,
  parseMasterKey,
  type Keyring,
  type KeyPurpose,
} from './master-key.js';
export { hashPassword, isPasswordHashOutdated, verifyPassword } from './password.js';
export {
  clientKeyAssociation,
  credentialAssociation,
  credentialId,
  credentialsFingerprint,
  isSealedByCurrentKey,
  openSecret,
  proxyAssociation,
  sealSecret,
} from './sealed-secret.js';
