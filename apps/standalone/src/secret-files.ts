import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GatewayError } from '@tollgate/contracts';
import { generateMasterKey, newApiKeySecret, parseMasterKey, type MasterKey } from '@tollgate/security';

/** The installation's own master key: made at the first start, in the data directory, for its owner's eyes only. */
export async function loadMasterKey(dataDirectory: string): Promise<MasterKey> {
  const path = join(dataDirectory, 'master-key');
  const text = await readOrMake(path, generateMasterKey);
  try {
    return parseMasterKey(text);
  } catch (cause) {
    throw new GatewayError(
      'service_unavailable',
      `${path} does not hold a master key: restore it from a backup, or set TOLLGATE_MASTER_KEY; what was sealed with the lost key can't be opened.`,
      { cause },
    );
  }
}

/** The key of the ready-made request that is printed at each start. */
export async function loadStarterSecret(dataDirectory: string): Promise<string> {
  return (await readOrMake(join(dataDirectory, 'starter-api-key'), newApiKeySecret)).trim();
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(path, error);
  }
  const text = make();
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o711 });
    await writeFile(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw unreadable(path, error);
  }
  return text;
}

function unreadable(path: string, cause: unknown): GatewayError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  return new GatewayError(
    'service_unavailable',
    `${path} can't be read or made (${code}): set TOLLGATE_DATA_DIR to a directory that this user may write.`,
    { cause },
  );
}
