import { readdirSync, readFileSync } from 'node:fs';
import {
  descendants,
  parseMachineBusyTicks,
  parseResidentKb,
  parseSchedstat,
  parseStat,
  type ProcessStat,
} from './proc.ts';

/** USER_HZ of Linux, on every platform that Node runs on. */
const TICK_US = 10_000;

/** A process and all that descend from it, now. */
export function processTree(root: number): number[] {
  return descendants(root, allProcesses());
}

/**
 * CPU time that processes have used, user and kernel mode, in microseconds. The threads' schedstat has the same sum as
 * the process's stat in nanoseconds, where stat counts in ticks of 10 ms: too coarse for a cheap gateway's sample.
 */
export function cpuMicroseconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (threadsCpu(pid) ?? statCpu(pid) ?? 0), 0);
}

/** CPU time of the thread that runs a Node process's JavaScript. */
export function mainThreadMicroseconds(pid: number): number {
  return parseSchedstat(readProc(`${pid}/task/${pid}/schedstat`) ?? '') / 1_000;
}

export function residentKb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + parseResidentKb(readProc(`${pid}/status`) ?? ''), 0);
}

export function machineBusyMicroseconds(): number {
  return parseMachineBusyTicks(readFileSync('/proc/stat', 'utf8')) * TICK_US;
}

function allProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readProc(`${pid}/stat`))
    .filter((text) => text !== undefined)
    .map(parseStat);
}

function threadsCpu(pid: number): number | undefined {
  const threads = threadsOf(pid).map((thread) => readProc(`${pid}/task/${thread}/schedstat`));
  if (threads.length === 0 || threads.includes(undefined)) return undefined;
  return threads.reduce((sum, text) => sum + parseSchedstat(text ?? ''), 0) / 1_000;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function statCpu(pid: number): number | undefined {
  const text = readProc(`${pid}/stat`);
  return text === undefined ? undefined : parseStat(text).cpuTicks * TICK_US;
}

/** `undefined`: the process has ended, or the kernel was built without that file. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}
