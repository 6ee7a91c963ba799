import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isSystemError } from './system-error.js';

/**
 * Who a journal belongs to: a process, named so that no other process of this machine, before or after, has the same
 * name. Part of the journal's directory name, so that renaming the directory is taking it over, atomically.
 */
export interface Owner {
  /** Host, boot and process-id namespace: where process ids mean the same. */
  readonly place: string;
  readonly processId: number;
  /** Clock ticks from boot to the start of the process; 0 where the system does not tell. */
  readonly startTicks: number;
}

export function currentOwner(): Owner {
  const place = [hostname(), bootId(), processNamespace()].join('\n');
  return {
    place: createHash('sha256').update(place).digest('hex').slice(0, 12),
    processId: process.pid,
    startTicks: processStat(process.pid)?.startTicks ?? 0,
  };
}

export function formatOwner(owner: Owner): string {
  return `${owner.place}.${owner.processId}.${owner.startTicks}`;
}

/** `undefined`: the text names no owner. */
export function parseOwner(text: string): Owner | undefined {
  const [, place, processId, startTicks] = /^([0-9a-f]{12})\.(\d{1,10})\.(\d{1,19})$/.exec(text) ?? [];
  if (place === undefined) return undefined;
  return { place, processId: Number(processId), startTicks: Number(startTicks) };
}

/** Whether the owner is alive; `unknown` for a process of another host, boot or container, which can't be seen. */
export function ownerState(owner: Owner, observer: Owner): 'alive' | 'dead' | 'unknown' {
  if (owner.place !== observer.place) return 'unknown';
  if (owner.startTicks === 0) return respondsToSignals(owner.processId) ? 'alive' : 'dead';
  return processStat(owner.processId)?.startTicks === owner.startTicks ? 'alive' : 'dead';
}

/** `undefined`: there is no such process, or it has ended and only waits for its parent, or there is no /proc. */
function processStat(processId: number): { readonly startTicks: number } | undefined {
  const stat = readIfPresent(`/proc/${processId}/stat`);
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined;
  return { startTicks: Number(startTicks) };
}

function respondsToSignals(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Not ours to signal, so there is one.
    return isSystemError(error, 'EPERM');
  }
}

function bootId(): string {
  return readIfPresent('/proc/sys/kernel/random/boot_id') ?? '';
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
