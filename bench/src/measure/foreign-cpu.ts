import { cpus } from 'node:os';
import { cpuMicroseconds, machineBusyMicroseconds, processTree } from './processes.ts';

/**
 * How much of the machine went to processes that are not the bench's. A process that ends meanwhile would count as one of
 * them: nothing may be stopped while it looks.
 */
export class ForeignCpu {
  private foreignUs = 0;
  private machineUs = 0;

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const before = read();
    const result = await work();
    const after = read();
    this.machineUs += (performance.now() - startedAt) * 1_000 * cpus().length;
    this.foreignUs += after.machineUs - before.machineUs - (after.ownUs - before.ownUs);
    return result;
  }

  /** Of the machine's CPU time in all that it saw, 0 to 1. */
  get share(): number {
    return Math.min(1, Math.max(0, this.foreignUs / this.machineUs));
  }
}

function read(): { machineUs: number; ownUs: number } {
  return { machineUs: machineBusyMicroseconds(), ownUs: cpuMicroseconds(processTree(process.pid)) };
}
