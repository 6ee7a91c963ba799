import { GatewayError, systemClock, type Clock } from '@tollgate/contracts';
import { errors, jwtVerify, SignJWT } from 'jose';
import { keysOf, type Keyring, type MasterKey } from './master-key.js';

const ALGORITHM = 'HS256';
const ISSUER = 'tollgate';
const AUDIENCE = 'tollgate-control';
const CLOCK_TOLERANCE_SECONDS = 5;

export interface AccessTokenClaims {
  /** Who: the user's id. */
  readonly subject: string;
  readonly role: string;
}

/** Signs a short-lived access token (JWT), which every control service verifies without asking another. */
export async function signAccessToken(
  keys: MasterKey | Keyring,
  claims: AccessTokenClaims & { readonly ttlSeconds: number },
  clock: Clock = systemClock,
): Promise<string> {
  const [masterKey] = keysOf(keys);
  const issuedAt = Math.floor(clock.now() / 1000);
  return new SignJWT({ role: claims.role })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: masterKey.id })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(claims.subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + claims.ttlSeconds)
    .sign(masterKey.derive('access-token'));
}

/**
 * Verifies an access token of any key of the ring.
 *
 * @throws GatewayError `invalid_access_token` for a wrong, foreign or expired token
 */
export async function verifyAccessToken(
  keys: MasterKey | Keyring,
  token: string,
  clock: Clock = systemClock,
): Promise<AccessTokenClaims> {
  try {
    const { payload } = await jwtVerify(token, (header) => verificationKey(keys, header.kid), {
      algorithms: [ALGORITHM],
      typ: 'at+jwt',
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['sub', 'exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
    });
    const { sub: subject, role } = payload;
    if (subject === undefined || typeof role !== 'string')
      throw invalidToken('The access token is incomplete.');
    return { subject, role };
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    if (error instanceof errors.JWTExpired) throw invalidToken('The access token has expired; log in again.');
    throw invalidToken('The access token is not valid; log in again.', error);
  }
}

function verificationKey(keys: MasterKey | Keyring, keyId: string | undefined): Uint8Array {
  const masterKey = keysOf(keys).find((key) => key.id === keyId);
  if (masterKey === undefined) {
    throw invalidToken('The access token was not issued by this installation; log in again.');
  }
  return masterKey.derive('access-token');
}

function invalidToken(message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid_access_token', message, { cause });
}
