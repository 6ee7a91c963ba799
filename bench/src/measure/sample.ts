import { runLoad } from '../load/run-load.ts';
import { runSteadyLoad } from '../load/steady-load.ts';
import { LOADED_CONNECTIONS, type Plan } from '../plan.ts';
import { workloads, type WorkloadId } from '../workloads.ts';
import { cpuMicroseconds, processTree, residentKb } from './processes.ts';
import { settle } from './settle.ts';
import { standingStill } from './standing-still.ts';
import { percentile } from './statistics.ts';
import { requestOf, type Subject } from './subject.ts';

export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** At 16 connections. */
export interface Loaded extends Latency {
  /** CPU time of the gateway a request; 0 for the direct call. */
  readonly cpuUs: number;
}

/** One subject, one workload, in one round. */
export interface Sample {
  readonly requests: number;
  /** While the gateway's aftermath stands still. */
  readonly loaded: Loaded;
  /** Once more, while the aftermath of what was just served is done at once, on the same cores. */
  readonly besideAftermath?: Loaded;
  /** As `loaded`, at 1 connection. */
  readonly single: Latency;
  /** As `loaded`, asked at the workload's steady rate. */
  readonly steady?: Latency;
  /** CPU time a request of what stands behind the gateway (not the vendor), until it is done with them. */
  readonly behindUs: number;
  readonly residentKb: number;
}

/** Before a load, a tenth of it is asked and counts for nothing: whoever waited for its turn has cold caches. */
const WARM_UP_PART = 10;
/** An aftermath that does nothing for so long is over: it gathers what it does. */
const AFTERMATH_PAUSES_MS = 400;

/** @throws Error if an answer was wrong: such a sample measures nothing */
export async function takeSample(
  subject: Subject,
  id: WorkloadId,
  plan: Plan,
  others: readonly number[],
): Promise<Sample> {
  const { gateway, port } = subject;
  const { wire: request, expected } = requestOf(subject, id);
  const { weight, steadyRate } = workloads[id];
  const requests = weight * plan.loadedRequests;
  const warmUpRequests = Math.ceil(requests / WARM_UP_PART);
  const singleRequests = weight * plan.singleRequests;
  const own = gateway === undefined ? [] : processTree(gateway.server.pid);
  const behind = withoutTrees(processTree(process.pid), [process.pid, ...own], others);
  const cpu = { own: new Stopwatch(own), behind: new Stopwatch(behind) };
  const pausesMs = gateway?.aftermath === undefined ? undefined : AFTERMATH_PAUSES_MS;
  const quiet = (): Promise<void> => settle([...own, ...behind], plan.settleMs, pausesMs);
  const load = async (): Promise<Loaded> => {
    const asked = { port, request, expected, connections: LOADED_CONNECTIONS };
    await runLoad({ ...asked, requests: warmUpRequests });
    cpu.own.restart();
    const times = await runLoad({ ...asked, requests });
    // Read as soon as it is quiet itself: its idling while others finish is no cost of these requests.
    await settle(own, plan.settleMs);
    return { cpuUs: cpu.own.read() / requests, ...latency(times) };
  };

  const steadily = async (rate: number): Promise<Latency> => {
    const asked = { port, request, expected, connections: LOADED_CONNECTIONS, rate };
    await runSteadyLoad({ ...asked, requests: Math.ceil(plan.steadyRequests / WARM_UP_PART) });
    return latency(await runSteadyLoad({ ...asked, requests: plan.steadyRequests }));
  };

  const { loaded, single, steady } = await standingStill(gateway?.aftermath, async () => ({
    loaded: await load(),
    single: latency(await runLoad({ port, request, expected, requests: singleRequests, connections: 1 })),
    steady: steadyRate === undefined ? undefined : await steadily(steadyRate),
  }));
  await quiet();
  const steadyRequests = steady === undefined ? 0 : plan.steadyRequests * (1 + 1 / WARM_UP_PART);
  const behindUs = cpu.behind.read() / (warmUpRequests + requests + singleRequests + steadyRequests);
  const besideAftermath = gateway?.aftermath === undefined ? undefined : await load();
  await quiet();
  return {
    requests,
    loaded,
    ...(besideAftermath !== undefined && { besideAftermath }),
    single,
    ...(steady !== undefined && { steady }),
    // Whoever limits rates stands on something that does.
    behindUs: gateway?.limitedHeaders === undefined ? 0 : behindUs,
    residentKb: residentKb(own),
  };
}

/** CPU time of processes, in microseconds since it was started anew. */
class Stopwatch {
  private readonly pids: readonly number[];
  private startUs = 0;

  constructor(pids: readonly number[]) {
    this.pids = pids;
    this.restart();
  }

  restart(): void {
    this.startUs = cpuMicroseconds(this.pids);
  }

  read(): number {
    return cpuMicroseconds(this.pids) - this.startUs;
  }
}

function withoutTrees(
  all: readonly number[],
  own: readonly number[],
  others: readonly number[],
): readonly number[] {
  const not = new Set([...own, ...others.flatMap(processTree)]);
  return all.filter((pid) => !not.has(pid));
}

function latency(timesUs: Float64Array): Latency {
  const values = [...timesUs];
  return { p50Us: percentile(values, 50), p99Us: percentile(values, 99) };
}
