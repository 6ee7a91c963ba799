import { runLoad } from '../load/run-load.ts';
import { LOADED_CONNECTIONS, type Plan } from '../plan.ts';
import { workloads, type WorkloadId } from '../workloads.ts';
import { cpuMicroseconds, processTree, residentKb } from './processes.ts';
import { settle } from './settle.ts';
import { percentile } from './statistics.ts';
import { requestOf, type Subject } from './subject.ts';

export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** One subject, one workload, in one round. */
export interface Sample {
  readonly requests: number;
  /** CPU time of the gateway a request, at 16 connections; 0 for the direct call. */
  readonly cpuUs: number;
  /** CPU time a request of what stands behind the gateway (not the vendor), until it is done with them. */
  readonly behindUs: number;
  readonly residentKb: number;
  readonly loaded: Latency;
  readonly single: Latency;
}

/** @throws Error if an answer was wrong: such a sample measures nothing */
export async function takeSample(
  subject: Subject,
  id: WorkloadId,
  plan: Plan,
  others: readonly number[],
): Promise<Sample> {
  const { weight } = workloads[id];
  const { wire, expected } = requestOf(subject, id);
  const load = { port: subject.port, request: wire, expected };
  const own = subject.gateway === undefined ? [] : processTree(subject.gateway.server.pid);
  const behind = withoutTrees(processTree(process.pid), [process.pid, ...own], others);
  const requests = weight * plan.loadedRequests;

  const before = { own: cpuMicroseconds(own), behind: cpuMicroseconds(behind) };
  const loaded = await runLoad({ ...load, requests, connections: LOADED_CONNECTIONS });
  // Read as soon as it is quiet itself: its idling while others finish is no cost of these requests.
  await settle(own, plan.settleMs);
  const ownAfter = cpuMicroseconds(own);
  await settle(behind, plan.settleMs);
  const behindAfter = cpuMicroseconds(behind);

  const single = await runLoad({ ...load, requests: weight * plan.singleRequests, connections: 1 });
  await settle([...own, ...behind], plan.settleMs);
  return {
    requests,
    cpuUs: (ownAfter - before.own) / requests,
    behindUs:
      // Whoever limits rates stands on something that does.
      subject.gateway?.limitedHeaders === undefined ? 0 : (behindAfter - before.behind) / requests,
    residentKb: residentKb(own),
    loaded: latency(loaded),
    single: latency(single),
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

function latency(timesUs: Float64Array): Latency {
  const values = [...timesUs];
  return { p50Us: percentile(values, 50), p99Us: percentile(values, 99) };
}
