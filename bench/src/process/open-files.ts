import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Lets processes have so many files and sockets open, raising their limits where the machine allows it.
 *
 * @throws Error in one line: what a limit is, and what it should be
 */
export function allowOpenFiles(pids: readonly number[], count: number): void {
  for (const pid of pids) {
    if (openFilesMax(pid) >= count) continue;
    spawnSync('prlimit', ['--pid', String(pid), `--nofile=${count}:${count}`]);
    const limit = openFilesMax(pid);
    if (limit < count)
      throw new Error(`process ${pid} may have ${limit} open files, and needs ${count}: raise ulimit -n`);
  }
}

/** The soft limit of a process; 0 if it is gone. */
function openFilesMax(pid: number): number {
  try {
    return parseOpenFilesMax(readFileSync(`/proc/${pid}/limits`, 'utf8'));
  } catch {
    return 0;
  }
}

/** /proc/<pid>/limits */
export function parseOpenFilesMax(text: string): number {
  const value = /^Max open files +(\S+)/m.exec(text)?.[1];
  if (value === undefined) throw new Error('Not the limits of a process.');
  return value === 'unlimited' ? Infinity : Number(value);
}
