import { existsSync, readFileSync } from 'node:fs';

/** Whether a process runs. A signal to it is not its end yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Dead, but its parent has not asked how; a container's first process often never does. */
function isZombie(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && readFileSync(file, 'utf8').split(') ').at(-1)?.startsWith('Z') === true;
}
