import { setTimeout as delay } from 'node:timers/promises';
import { offerLoad } from '../load/offer-load.ts';
import { runLoad } from '../load/run-load.ts';
import { workloads, type WorkloadId } from '../workloads.ts';
import { cpuMicroseconds, processTree, residentKb } from './processes.ts';
import { standingStill } from './standing-still.ts';
import { median, percentile } from './statistics.ts';
import { requestOf, type Subject, type SubjectRequest } from './subject.ts';

export const OVERLOADED_WORKLOADS = ['J1', 'SB', 'AO'] as const satisfies readonly WorkloadId[];
export type OverloadedWorkload = (typeof OVERLOADED_WORKLOADS)[number];

/** As a multiple of the peak. */
const OFFERED = 3;
const CONNECTIONS = 2_000;
/** Each between two looks at the peak: a machine that others use is not equally fast all the time. */
const ROUNDS = 3;
const DURATION_MS = 4_000;
/** Begun anew: compilers, and the time in which the gateway finds out. */
const IGNORED_MS = 3_000;
/** The best of these is the peak. */
const PEAK_CONNECTIONS = [16, 32, 64];
/** For each weight of a workload. */
const PEAK_REQUESTS = 500;
const WARM_UP_REQUESTS = 500;
const LOOK_EVERY_MS = 250;
const REST_MS = 2_000;

/** A gateway that is asked for three times what it can do: medians of rounds. Rates a second, times in microseconds. */
export interface OverloadResult extends Overloaded {
  /** The best that it serves clients who wait for their answers. */
  readonly peak: number;
  /** CPU time a request at the peak. */
  readonly peakCpuUs: number;
  /** Of the peak, each round beside the peaks before and after it. */
  readonly servedShare: number;
  readonly beforeKb: number;
  /** The most that was seen meanwhile. */
  readonly residentKb: number;
}

export interface Overloaded {
  readonly offered: number;
  readonly served: number;
  /** CPU time a request that was served, refusals included. */
  readonly servedCpuUs: number;
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
}

interface Peak {
  readonly rate: number;
  readonly cpuUs: number;
}

interface Asked extends SubjectRequest {
  readonly port: number;
  readonly pid: number;
  readonly weight: number;
}

/**
 * While the gateway's aftermath stands still.
 *
 * @throws Error if an answer was neither right nor a refusal
 */
export async function measureOverload(subject: Subject, id: OverloadedWorkload): Promise<OverloadResult> {
  const { gateway, port } = subject;
  if (gateway === undefined) throw new Error('The direct call is no gateway.');
  const { weight } = workloads[id];
  const asked = { port, pid: gateway.server.pid, weight, ...requestOf(subject, id) };
  return standingStill([subject], () => overloadInRounds(asked));
}

async function overloadInRounds(asked: Asked): Promise<OverloadResult> {
  await serve(asked, WARM_UP_REQUESTS, PEAK_CONNECTIONS[0] ?? 1);
  const peaks = [await peakOf(asked)];
  const rounds: Overloaded[] = [];
  const shares: number[] = [];
  const memory = new MemoryWatch(asked.pid);
  while (rounds.length < ROUNDS) {
    const before = peaks.at(-1) ?? { rate: 0, cpuUs: 0 };
    const round = await overload(asked, OFFERED * before.rate);
    await delay(REST_MS);
    const after = await peakOf(asked);
    peaks.push(after);
    rounds.push(round);
    shares.push(round.served / ((before.rate + after.rate) / 2));
  }
  return {
    peak: median(peaks.map(({ rate }) => rate)),
    peakCpuUs: median(peaks.map(({ cpuUs }) => cpuUs)),
    servedShare: median(shares),
    ...medians(rounds),
    ...memory.stop(),
  };
}

async function peakOf(asked: Asked): Promise<Peak> {
  const loads: Peak[] = [];
  for (const connections of PEAK_CONNECTIONS) loads.push(await serve(asked, PEAK_REQUESTS, connections));
  return loads.reduce((best, load) => (load.rate > best.rate ? load : best));
}

async function serve(
  { port, pid, weight, wire, expected }: Asked,
  requestsPerWeight: number,
  connections: number,
): Promise<Peak> {
  const requests = weight * requestsPerWeight;
  const [cpuBefore, startedAt] = [cpuOf(pid), performance.now()];
  await runLoad({ port, request: wire, expected, requests, connections });
  const seconds = (performance.now() - startedAt) / 1_000;
  return { rate: requests / seconds, cpuUs: (cpuOf(pid) - cpuBefore) / requests };
}

async function overload({ port, pid, wire, expected }: Asked, rate: number): Promise<Overloaded> {
  let cpuBefore = 0;
  const { seconds, ...counted } = await offerLoad({
    ...{ port, request: wire, expected, connections: CONNECTIONS, rate },
    ...{ durationMs: DURATION_MS, ignoredMs: IGNORED_MS },
    counting: () => (cpuBefore = cpuOf(pid)),
  });
  const { servedUs, refusedUs, newcomersRefusedUs } = counted;
  return {
    offered: counted.offered / seconds,
    served: servedUs.length / seconds,
    servedCpuUs: (cpuOf(pid) - cpuBefore) / servedUs.length,
    refused: refusedUs.length / seconds,
    unsent: counted.unsent / seconds,
    ...{ servedP50Us: of(servedUs, 50), servedP99Us: of(servedUs, 99) },
    ...{ refusedP50Us: of(refusedUs, 50), refusedP99Us: of(refusedUs, 99) },
    ...{ newcomersP50Us: of(newcomersRefusedUs, 50), newcomersP99Us: of(newcomersRefusedUs, 99) },
  };
}

function medians(rounds: readonly Overloaded[]): Overloaded {
  const [first] = rounds;
  if (first === undefined) throw new Error('No rounds.');
  const names = Object.keys(first) as (keyof Overloaded)[];
  const entries = names.map((name) => [name, median(rounds.map((round) => round[name]))]);
  return Object.fromEntries(entries) as Overloaded;
}

function of(times: readonly number[], percent: number): number {
  return times.length === 0 ? 0 : percentile(times, percent);
}

function cpuOf(pid: number): number {
  return cpuMicroseconds(processTree(pid));
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
