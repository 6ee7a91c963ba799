import { setTimeout as delay } from 'node:timers/promises';
import { offerLoad } from '../load/offer-load.ts';
import { runLoad } from '../load/run-load.ts';
import { workloads, type WorkloadId } from '../workloads.ts';
import { cpuMicroseconds, processTree, residentKb } from './processes.ts';
import { percentile } from './statistics.ts';
import { requestOf, type Subject } from './subject.ts';

export const OVERLOADED_WORKLOADS = ['J1', 'SB', 'AO'] as const satisfies readonly WorkloadId[];
export type OverloadedWorkload = (typeof OVERLOADED_WORKLOADS)[number];

/** As a multiple of the peak. */
const OFFERED = 3;
const CONNECTIONS = 2_000;
const DURATION_MS = 8_000;
/** Begun anew: compilers, and the time in which the gateway finds out. */
const IGNORED_MS = 4_000;
/** The best of these is the peak. */
const PEAK_CONNECTIONS = [16, 32, 64];
/** For each weight of a workload. */
const PEAK_REQUESTS = 1_000;
const WARM_UP_REQUESTS = 500;
const LOOK_EVERY_MS = 250;
const REST_MS = 2_000;

/** A gateway that is asked for three times what it can do. Rates a second, times in microseconds. */
export interface OverloadResult {
  /** The best that it serves clients who wait for their answers. */
  readonly peak: number;
  readonly offered: number;
  readonly served: number;
  readonly refused: number;
  /** All clients of the load waited already. */
  readonly unsent: number;
  readonly servedP50Us: number;
  readonly servedP99Us: number;
  readonly refusedP50Us: number;
  readonly refusedP99Us: number;
  /** How long clients that come once wait for their refusal. */
  readonly newcomersP50Us: number;
  readonly newcomersP99Us: number;
  /** CPU time of the gateway, as a share of one processor. */
  readonly busyShare: number;
  readonly beforeKb: number;
  /** The most that was seen meanwhile. */
  readonly residentKb: number;
  /** As peak, with 64 clients, when it was over. */
  readonly afterwards: number;
}

/** @throws Error if an answer was neither right nor a refusal */
export async function measureOverload(subject: Subject, id: OverloadedWorkload): Promise<OverloadResult> {
  const { gateway, port } = subject;
  if (gateway === undefined) throw new Error('The direct call is no gateway.');
  const { wire: request, expected } = requestOf(subject, id);
  const { weight } = workloads[id];
  const serve = async (requests: number, connections: number): Promise<number> => {
    const startedAt = performance.now();
    await runLoad({ port, request, expected, requests, connections });
    return requests / ((performance.now() - startedAt) / 1_000);
  };
  await serve(weight * WARM_UP_REQUESTS, PEAK_CONNECTIONS[0] ?? 1);
  let peak = 0;
  for (const connections of PEAK_CONNECTIONS)
    peak = Math.max(peak, await serve(weight * PEAK_REQUESTS, connections));
  await delay(REST_MS);
  const memory = new MemoryWatch(gateway.server.pid);
  const cpuBefore = cpuMicroseconds(processTree(gateway.server.pid));
  const startedAt = performance.now();
  const offer = { port, request, expected, connections: CONNECTIONS, rate: OFFERED * peak };
  const { seconds, ...counted } = await offerLoad({
    ...offer,
    durationMs: DURATION_MS,
    ignoredMs: IGNORED_MS,
  });
  const cpuUs = cpuMicroseconds(processTree(gateway.server.pid)) - cpuBefore;
  const busyShare = cpuUs / ((performance.now() - startedAt) * 1_000);
  await delay(REST_MS);
  return {
    peak,
    offered: counted.offered / seconds,
    served: counted.servedUs.length / seconds,
    refused: counted.refusedUs.length / seconds,
    unsent: counted.unsent / seconds,
    ...{ servedP50Us: of(counted.servedUs, 50), servedP99Us: of(counted.servedUs, 99) },
    ...{ refusedP50Us: of(counted.refusedUs, 50), refusedP99Us: of(counted.refusedUs, 99) },
    newcomersP50Us: of(counted.newcomersRefusedUs, 50),
    newcomersP99Us: of(counted.newcomersRefusedUs, 99),
    busyShare,
    ...memory.stop(),
    afterwards: await serve(weight * PEAK_REQUESTS, 64),
  };
}

function of(times: readonly number[], percent: number): number {
  return times.length === 0 ? 0 : percentile(times, percent);
}

/** The most memory that a process and its children have while it is watched. */
class MemoryWatch {
  private readonly pid: number;
  private readonly timer: NodeJS.Timeout;
  private readonly beforeKb: number;
  private mostKb: number;

  constructor(pid: number) {
    this.pid = pid;
    this.beforeKb = this.mostKb = this.look();
    this.timer = setInterval(() => (this.mostKb = Math.max(this.mostKb, this.look())), LOOK_EVERY_MS);
  }

  stop(): { beforeKb: number; residentKb: number } {
    clearInterval(this.timer);
    return { beforeKb: this.beforeKb, residentKb: Math.max(this.mostKb, this.look()) };
  }

  private look(): number {
    return residentKb(processTree(this.pid));
  }
}
