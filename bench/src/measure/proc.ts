/** Texts of the Linux kernel's /proc, read. */

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** CPU time of all its threads, gone ones too, in user and kernel mode. */
  readonly cpuTicks: number;
}

/** /proc/<pid>/stat. The name in brackets may hold anything, brackets and spaces too. */
export function parseStat(text: string): ProcessStat {
  const nameEnd = text.lastIndexOf(')');
  const [, parent, , , , , , , , , , userTicks, kernelTicks] = text.slice(nameEnd + 2).split(' ');
  const values = [text.slice(0, text.indexOf(' ')), parent, userTicks, kernelTicks].map(Number);
  const [pid = NaN, parentPid = NaN, user = NaN, kernel = NaN] = values;
  if (values.some(Number.isNaN)) throw new Error(`Not the stat of a process: ${text}`);
  return { pid, parent: parentPid, cpuTicks: user + kernel };
}

/** /proc/<pid>/task/<tid>/schedstat: nanoseconds on a CPU. */
export function parseSchedstat(text: string): number {
  const nanoseconds = Number(text.split(' ')[0]);
  if (text.trim() === '' || Number.isNaN(nanoseconds)) throw new Error(`Not a schedstat: ${text}`);
  return nanoseconds;
}

/** /proc/<pid>/status: resident memory in KB; 0 for a process that has none (any more). */
export function parseResidentKb(text: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
}

/** /proc/stat: what all CPUs did since boot, in ticks. */
export function parseMachineBusyTicks(text: string): number {
  const fields = /^cpu +(.+)$/m.exec(text)?.[1]?.split(' ').map(Number);
  if (fields === undefined) throw new Error('Not a /proc/stat.');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
  return user + nice + system + irq + softirq;
}

/** All processes that descend from `root`, itself first. */
export function descendants(root: number, processes: readonly ProcessStat[]): number[] {
  const found = [root];
  // Grows while it is walked: children of children come too.
  for (const parent of found) {
    for (const process of processes) if (process.parent === parent) found.push(process.pid);
  }
  return found;
}
