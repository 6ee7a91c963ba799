import { runLoad } from '../load/run-load.ts';
import { runSteadyLoad } from '../load/steady-load.ts';
import { LOADED_CONNECTIONS, type Plan } from '../plan.ts';
import { workloads, type WorkloadId } from '../workloads.ts';
import { inTurn } from '../turns.ts';
import { load, loadInTurn, warmUpOf, type Loaded } from './load.ts';
import { cpuMicroseconds, processTree, residentKb } from './processes.ts';
import { AFTERMATH_OVER, settle } from './settle.ts';
import { latencyOf, type Latency } from './statistics.ts';
import { naming, requestOf, type Subject } from './subject.ts';

/** One subject, one workload, in one round, while all aftermaths stand still. */
export interface Undisturbed {
  /** Slice by slice. */
  readonly loaded: readonly Loaded[];
  /** At 1 connection. */
  readonly single: Latency;
  /** At the workload's steady rate. */
  readonly steady?: Latency;
  readonly residentKb: number;
}

export interface Sample extends Undisturbed {
  /** Once, while the aftermath of what was just served is done at once, on the same cores. */
  readonly besideAftermath?: Loaded;
  /** CPU time a request of what stands behind the gateway (not the vendor), until it is done with them. */
  readonly behindUs: number;
}

/**
 * What is measured while all aftermaths stand still. They should: nobody is asked beside another one's.
 *
 * @throws Error who gave a wrong answer: such a sample measures nothing
 */
export async function takeUndisturbed(
  subjects: readonly Subject[],
  id: WorkloadId,
  { plan, round }: { readonly plan: Plan; readonly round: number },
): Promise<ReadonlyMap<Subject, Undisturbed>> {
  const loaded = await loadInTurn(subjects, id, { plan, round });
  const taken = new Map<Subject, Undisturbed>();
  for (const subject of inTurn(subjects, round)) {
    const gentle = await naming(subject, id, () => askGently(subject, id, plan));
    taken.set(subject, { loaded: loaded.get(subject) ?? [], ...gentle });
  }
  return taken;
}

/** By few connections, or as often as others decide. */
async function askGently(subject: Subject, id: WorkloadId, plan: Plan): Promise<Omit<Undisturbed, 'loaded'>> {
  const { weight, steadyRate } = workloads[id];
  const { wire: request, expected } = requestOf(subject, id);
  const own = processesOf(subject);
  const asked = { port: subject.port, request, expected };
  const single = await runLoad({ ...asked, requests: weight * plan.singleRequests, connections: 1 });
  const steadily = async (rate: number): Promise<Latency> => {
    const often = { ...asked, connections: LOADED_CONNECTIONS, rate };
    await runSteadyLoad({ ...often, requests: warmUpOf(plan.steadyRequests) });
    return latencyOf(await runSteadyLoad({ ...often, requests: plan.steadyRequests }));
  };
  const steady = steadyRate === undefined ? undefined : await steadily(steadyRate);
  await settle(own, plan.settleMs);
  return { single: latencyOf(single), ...(steady !== undefined && { steady }), residentKb: residentKb(own) };
}

/**
 * What is measured with an aftermath at work, once all that was asked before is worked off.
 *
 * @param others - processes that belong to nobody's cost, or to another gateway's
 * @throws Error if an answer was wrong
 */
export async function takeBesideAftermath(
  subject: Subject,
  id: WorkloadId,
  { plan, others }: { readonly plan: Plan; readonly others: readonly number[] },
): Promise<Pick<Sample, 'besideAftermath' | 'behindUs'>> {
  if (subject.gateway?.aftermath === undefined) return { behindUs: 0 };
  const own = processesOf(subject);
  const behind = withoutTrees(processTree(process.pid), [process.pid, ...own], others);
  const workedOff = (): Promise<void> => settle([...own, ...behind], plan.settleMs, AFTERMATH_OVER);
  await workedOff();
  const requests = workloads[id].weight * plan.loadedRequests;
  const before = cpuMicroseconds(behind);
  const besideAftermath = await load(subject, id, { requests, settleMs: plan.settleMs });
  await workedOff();
  const behindUs = (cpuMicroseconds(behind) - before) / (requests + warmUpOf(requests));
  return { besideAftermath, behindUs };
}

function processesOf({ gateway }: Subject): number[] {
  return gateway === undefined ? [] : processTree(gateway.server.pid);
}

function withoutTrees(
  all: readonly number[],
  own: readonly number[],
  others: readonly number[],
): readonly number[] {
  const not = new Set([...own, ...others.flatMap(processTree)]);
  return all.filter((pid) => !not.has(pid));
}
