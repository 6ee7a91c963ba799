import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Lets processes have so many files and sockets open, raising their limits where the machine allows it.
 *
 * @returns how many each of them may have; less than asked for if the machine does not allow it
 */
export function allowOpenFiles(pids: readonly number[], count: number): number {
  const limits = pids.map((pid) => {
    if (openFilesMax(pid) < count) spawnSync('prlimit', ['--pid', String(pid), `--nofile=${count}:${count}`]);
    return openFilesMax(pid);
  });
  return Math.min(count, ...limits);
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
