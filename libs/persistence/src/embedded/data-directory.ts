import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type PostgresBinaries } from './binaries.js';
import { codeOf, messageOf, property } from '../thrown.js';
import { embeddedFailure } from './embedded-failure.js';
import { SERVER_ENVIRONMENT } from './server-environment.js';
import { type RunAs, type ServerIdentity } from './server-identity.js';

export const EMBEDDED_USER = 'tollgate';
const PASSWORD_FILE = 'tollgate.password';
const UNFINISHED = '.initializing-';
const PASSWORD_BYTES = 24;
const INITIALISE_TIMEOUT_MS = 120_000;

export interface DataDirectoryInput {
  readonly dataDirectory: string;
  readonly binaries: PostgresBinaries;
  readonly identity: ServerIdentity | undefined;
  readonly asServer: RunAs;
  /** Whether the first files reach the disk before the directory counts as made. */
  readonly durable: boolean;
}

/**
 * The password of a data directory that this Postgres can run on; makes the directory when there is none.
 *
 * @throws GatewayError `service_unavailable` when the directory holds something else, or belongs to another version
 */
export async function prepareDataDirectory(input: DataDirectoryInput): Promise<string> {
  const { dataDirectory } = input;
  try {
    if (isEmptyOrAbsent(dataDirectory)) await initialise(input);
    assertUsable(input);
    return readPassword(dataDirectory);
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
    throw embeddedFailure(
      `The data directory ${dataDirectory} can't be read by this user: start Tollgate as the user that made it, ` +
        'or give it to this one with "chown -R".',
      error,
    );
  }
}

function isEmptyOrAbsent(directory: string): boolean {
  return !existsSync(directory) || readdirSync(directory).length === 0;
}

/**
 * Made beside its place and then moved there: a directory exists whole or not at all, whenever we are killed.
 * What an earlier try left has never held data.
 */
async function initialise(input: DataDirectoryInput): Promise<void> {
  const { dataDirectory, binaries, identity, asServer, durable } = input;
  removeUnfinished(dataDirectory);
  // A name of its own: the initdb of a killed try may still be writing.
  const making = mkdtempSync(`${dataDirectory}${UNFINISHED}`);
  const passwordFile = `${making}.password`;
  writeFileSync(passwordFile, `${randomBytes(PASSWORD_BYTES).toString('base64url')}\n`, { mode: 0o600 });
  if (identity !== undefined) {
    chownSync(making, identity.uid, identity.gid);
    chownSync(passwordFile, identity.uid, identity.gid);
  }
  await runInitdb(binaries, asServer, [
    ...['-D', making, '-U', EMBEDDED_USER, '--pwfile', passwordFile, '-A', 'scram-sha-256'],
    ...['-E', 'UTF8', '--locale=C', '--no-instructions', ...(durable ? [] : ['--no-sync'])],
  ]);
  renameSync(passwordFile, join(making, PASSWORD_FILE));
  renameSync(making, dataDirectory);
}

function removeUnfinished(dataDirectory: string): void {
  const parent = dirname(dataDirectory);
  const prefix = `${basename(dataDirectory)}${UNFINISHED}`;
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

async function runInitdb(
  { initdb, packageName }: PostgresBinaries,
  asServer: RunAs,
  parameters: readonly string[],
): Promise<void> {
  const command = asServer(initdb, parameters);
  try {
    await promisify(execFile)(command.executable, [...command.arguments], {
      ...command.options,
      env: SERVER_ENVIRONMENT,
      timeout: INITIALISE_TIMEOUT_MS,
    });
  } catch (error) {
    const stderr = property(error, 'stderr');
    const said = typeof stderr === 'string' ? stderr.trim() : '';
    const reason = (said.split('\n').at(-1) || messageOf(error)).replace(/\.$/, '');
    const hint = /shared librar|dyld/.test(said) ? ` Run "npm rebuild ${packageName}".` : '';
    throw embeddedFailure(
      `The embedded Postgres could not make its data directory: ${reason}.${hint}`,
      error,
    );
  }
}

function assertUsable({ dataDirectory, binaries }: DataDirectoryInput): void {
  const versionFile = join(dataDirectory, 'PG_VERSION');
  if (!existsSync(versionFile)) {
    throw embeddedFailure(
      `The data directory ${dataDirectory} is not empty but holds no Postgres data (no PG_VERSION): ` +
        'restore it from a backup, or move it away to start anew. Nothing was deleted.',
    );
  }
  const version = readFileSync(versionFile, 'utf8').trim();
  if (version !== binaries.majorVersion) {
    throw embeddedFailure(
      `The data directory ${dataDirectory} belongs to Postgres ${version || '(unknown)'}, this is Postgres ` +
        `${binaries.majorVersion}: run the Tollgate that made it, or move the data over with pg_dump. Nothing was changed.`,
    );
  }
}

function readPassword(dataDirectory: string): string {
  const file = join(dataDirectory, PASSWORD_FILE);
  const password = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (password !== '') return password;
  throw embeddedFailure(
    `The file ${file} with the password of the embedded Postgres is missing or empty: restore it from a backup.`,
  );
}
