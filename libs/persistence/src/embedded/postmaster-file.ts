import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../thrown.js';

const POSTMASTER_FILE = 'postmaster.pid';

/** What the lock file of Postgres in a data directory tells. */
export type PostmasterState =
  | { readonly kind: 'absent' }
  /** Its process is gone: Postgres itself deals with such a file. */
  | { readonly kind: 'stale' }
  /** Its number has gone to a process that is no Postgres here: Postgres would take that one for its rival. */
  | { readonly kind: 'reused'; readonly pid: number }
  | { readonly kind: 'running'; readonly pid: number };

export function postmasterState(dataDirectory: string): PostmasterState {
  const file = join(dataDirectory, POSTMASTER_FILE);
  if (!existsSync(file)) return { kind: 'absent' };
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) return { kind: 'stale' };
  return { kind: isPostgresOn(pid, dataDirectory) ? 'running' : 'reused', pid };
}

/** Only for state `reused`: nothing runs on the directory. */
export function removePostmasterFile(dataDirectory: string): void {
  rmSync(join(dataDirectory, POSTMASTER_FILE), { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** A postmaster works in its data directory, wherever it was started. */
function isPostgresOn(pid: number, dataDirectory: string): boolean {
  if (process.platform !== 'linux') return commandOf(pid).includes('postgres');
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`) === realpathSync(dataDirectory);
  } catch (error) {
    // Another user's process: not one that could have written to our directory.
    if (['EACCES', 'EPERM', 'ENOENT', 'ESRCH'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // "ps" fails for a process that has ended meanwhile.
    return '';
  }
}
