import { runLoad } from '../load/run-load.ts';
import { runSteadyLoad } from '../load/steady-load.ts';
import { LOADED_CONNECTIONS, type Plan } from '../plan.ts';
import { workloads, type WorkloadId } from '../workloads.ts';
import { load, warmUpOf, type Loaded } from './load.ts';
import { cpuMicroseconds, processTree, residentKb } from './processes.ts';
import { AFTERMATH_OVER, settle } from './settle.ts';
import { standingStill } from './standing-still.ts';
import { latencyOf, type Latency } from './statistics.ts';
import { requestOf, type Subject } from './subject.ts';

/** One subject, one workload, in one round. */
export interface Sample {
  /** While the gateway's aftermath stands still, slice by slice. */
  readonly loaded: readonly Loaded[];
  /** Once, while the aftermath of what was just served is done at once, on the same cores. */
  readonly besideAftermath?: Loaded;
  /** As `loaded`, at 1 connection. */
  readonly single: Latency;
  /** As `loaded`, asked at the workload's steady rate. */
  readonly steady?: Latency;
  /** CPU time a request of what stands behind the gateway (not the vendor), until it is done with them. */
  readonly behindUs: number;
  readonly residentKb: number;
}

/**
 * What is not measured in turn with others.
 *
 * @throws Error if an answer was wrong: such a sample measures nothing
 */
export async function takeSample(
  subject: Subject,
  id: WorkloadId,
  plan: Plan,
  others: readonly number[],
): Promise<Omit<Sample, 'loaded'>> {
  const { gateway, port } = subject;
  const { wire: request, expected } = requestOf(subject, id);
  const { weight, steadyRate } = workloads[id];
  const singleRequests = weight * plan.singleRequests;
  const own = gateway === undefined ? [] : processTree(gateway.server.pid);
  const behind = withoutTrees(processTree(process.pid), [process.pid, ...own], others);
  const hasAftermath = gateway?.aftermath !== undefined;
  const pauses = hasAftermath ? AFTERMATH_OVER : {};
  const quiet = (): Promise<void> => settle([...own, ...behind], plan.settleMs, pauses);

  const steadily = async (rate: number): Promise<Latency> => {
    const asked = { port, request, expected, connections: LOADED_CONNECTIONS, rate };
    await runSteadyLoad({ ...asked, requests: warmUpOf(plan.steadyRequests) });
    return latencyOf(await runSteadyLoad({ ...asked, requests: plan.steadyRequests }));
  };

  const besideAftermath = async (): Promise<{ loaded: Loaded; behindUs: number }> => {
    const requests = weight * plan.loadedRequests;
    const before = cpuMicroseconds(behind);
    const loaded = await load(subject, id, { requests, settleMs: plan.settleMs });
    await quiet();
    const behindUs = (cpuMicroseconds(behind) - before) / (requests + warmUpOf(requests));
    return { loaded, behindUs };
  };

  // What was asked before, of whomever, is worked off first.
  await quiet();
  const { single, steady } = await standingStill([subject], async () => ({
    single: latencyOf(await runLoad({ port, request, expected, requests: singleRequests, connections: 1 })),
    steady: steadyRate === undefined ? undefined : await steadily(steadyRate),
  }));
  await quiet();
  const beside = hasAftermath ? await besideAftermath() : undefined;
  return {
    ...(beside !== undefined && { besideAftermath: beside.loaded }),
    single,
    ...(steady !== undefined && { steady }),
    behindUs: beside?.behindUs ?? 0,
    residentKb: residentKb(own),
  };
}

function withoutTrees(
  all: readonly number[],
  own: readonly number[],
  others: readonly number[],
): readonly number[] {
  const not = new Set([...own, ...others.flatMap(processTree)]);
  return all.filter((pid) => !not.has(pid));
}
