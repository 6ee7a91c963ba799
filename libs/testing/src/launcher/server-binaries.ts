import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The program's name is the Debian package's too. */
export type ServerProgram = 'nats-server' | 'redis-server';

/** Servers are often installed where only root's PATH looks. */
const moreFolders = ['/usr/local/sbin', '/usr/sbin', '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin'];

/**
 * Path of the program: from the PATH, else installed with apt-get where that is possible without asking.
 *
 * @throws Error one line that says what to install
 */
export function serverBinary(program: ServerProgram): string {
  const found = findBinary(program);
  if (found !== undefined) return found;
  const installed = installWithApt(program) ? findBinary(program) : undefined;
  if (installed !== undefined) return installed;
  throw new Error(
    `${program} is missing: install it (Debian, Ubuntu: apt-get install ${program}; macOS: brew install ` +
      `${program.replace('redis-server', 'redis')}), or point TEST_NATS_URL and TEST_REDIS_URL at running servers.`,
  );
}

function findBinary(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...moreFolders];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installWithApt(program: string): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  process.stderr.write(`Installing ${program} with apt-get …\n`);
  // RUNLEVEL=1 keeps the package from starting a server of the system's: only private ones are wanted.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const aptGet = (...words: string[]): boolean =>
    spawnSync('apt-get', words, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const install = ['install', '--yes', '--no-install-recommends', program];
  return aptGet(...install) || (aptGet('update') && aptGet(...install));
}
