import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** States of TCP connections that somebody should have closed: established and close-wait. */
const OPEN = new Set(['01', '08']);

/** Where there is none (macOS), nothing is seen, and so nothing is found to be left. */
export const SEES_PROCESSES = existsSync('/proc/net/tcp');

/** Numbers of all processes whose environment names the folder: the services of one gateway, and what they started. */
export function processesNaming(folder: string): readonly number[] {
  if (!SEES_PROCESSES) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => textOf(`/proc/${name}/environ`).includes(`${folder}/`))
    .map(Number);
}

/** Connections that a listener on the port has accepted and not closed. */
export function connectionsTo(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => textOf(file).split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address?.endsWith(local) === true && OPEN.has(state ?? '')).length;
}

/** Files, sockets and pipes that a process has open. */
export function descriptorsOf(pid: number): number {
  return SEES_PROCESSES ? readdirSync(`/proc/${pid}/fd`).length : 0;
}

/** Empty when the process has just ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
