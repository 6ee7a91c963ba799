import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { GatewayError } from '@tollgate/contracts';

const deriveArgon2 = promisify(argon2);

interface Argon2Parameters {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP's recommendation for argon2id: 19 MiB, two passes, one lane; about 70 ms of one core. */
const PARAMETERS: Argon2Parameters = { memoryKiB: 19_456, passes: 2, lanes: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** A stored hash can't make a login cost more than this. */
const LIMITS: Argon2Parameters = { memoryKiB: 262_144, passes: 16, lanes: 8 };

const ENCODED =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Hashes a password with argon2id and a new salt; the text carries its parameters (PHC string format). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, salt, PARAMETERS, TAG_BYTES);
  const { memoryKiB, passes, lanes } = PARAMETERS;
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`;
}

/**
 * Whether the password is the one that was hashed, compared in constant time.
 *
 * @param encoded the stored hash; `undefined` (there is no such user) takes as long and is false, so that the time
 *   of an answer does not tell which names exist
 * @throws GatewayError `internal_error` when the stored hash is damaged
 */
export async function verifyPassword(password: string, encoded: string | undefined): Promise<boolean> {
  if (encoded === undefined) {
    await derive(password, Buffer.alloc(SALT_BYTES), PARAMETERS, TAG_BYTES);
    return false;
  }
  const { parameters, salt, tag } = decode(encoded);
  return timingSafeEqual(await derive(password, salt, parameters, tag.length), tag);
}

/** Whether a hash was made with other parameters than today's, so that the next login should renew it. */
export function isPasswordHashOutdated(encoded: string): boolean {
  const { parameters } = decode(encoded);
  return (
    parameters.memoryKiB !== PARAMETERS.memoryKiB ||
    parameters.passes !== PARAMETERS.passes ||
    parameters.lanes !== PARAMETERS.lanes
  );
}

function decode(encoded: string): { parameters: Argon2Parameters; salt: Buffer; tag: Buffer } {
  const [, memory, passes, lanes, salt = '', tag = ''] = ENCODED.exec(encoded) ?? [];
  const parameters = { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  if (!isAcceptable(parameters)) {
    throw new GatewayError('internal_error', 'A stored password hash is damaged; set the password anew.', {
      exposure: 'internal',
    });
  }
  return { parameters, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') };
}

/** Not for `NaN` either. */
function isAcceptable({ memoryKiB, passes, lanes }: Argon2Parameters): boolean {
  if (!(lanes >= 1 && lanes <= LIMITS.lanes)) return false;
  if (!(passes >= 1 && passes <= LIMITS.passes)) return false;
  return memoryKiB >= 8 * lanes && memoryKiB <= LIMITS.memoryKiB;
}

function derive(
  message: string,
  nonce: Buffer,
  parameters: Argon2Parameters,
  tagLength: number,
): Promise<Buffer> {
  const { memoryKiB: memory, passes, lanes: parallelism } = parameters;
  // NFKC: the same password typed on another system may come in another normal form.
  const password = message.normalize('NFKC');
  return deriveArgon2('argon2id', { message: password, nonce, memory, passes, parallelism, tagLength });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
