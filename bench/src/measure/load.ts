import { type SubjectName } from '../gateways/gateway.ts';
import { runLoad } from '../load/run-load.ts';
import { LOADED_CONNECTIONS, type Plan } from '../plan.ts';
import { inTurn } from '../turns.ts';
import { workloads, type WorkloadId } from '../workloads.ts';
import { cpuMicroseconds, processTree } from './processes.ts';
import { settle, type Quiet } from './settle.ts';
import { latencyOf, type Latency } from './statistics.ts';
import { naming, requestOf, type Subject } from './subject.ts';

/** At 16 connections. */
export interface Loaded extends Latency {
  /** CPU time of the gateway a request; 0 for the direct call. */
  readonly cpuUs: number;
}

export interface LoadSize {
  readonly requests: number;
  /** How long the gateway's own trailing work is waited for, and when it is over. */
  readonly settleMs: number;
  readonly quiet?: Quiet;
}

/** Before a load, a tenth of it is asked and counts for nothing: whoever waited for its turn has cold caches. */
const WARM_UP_PART = 10;
/** A gateway may gather for a fiftieth of a second what it puts off. */
const BETWEEN_SLICES: Quiet = { windowMs: 25 };

/** How many requests are asked before so many that count. */
export function warmUpOf(requests: number): number {
  return Math.ceil(requests / WARM_UP_PART);
}

/** @throws Error if an answer was wrong: such a load measures nothing */
export async function load(subject: Subject, id: WorkloadId, size: LoadSize): Promise<Loaded> {
  const { gateway, port } = subject;
  const { requests, settleMs, quiet } = size;
  const { wire: request, expected } = requestOf(subject, id);
  const own = gateway === undefined ? [] : processTree(gateway.server.pid);
  const asked = { port, request, expected, connections: LOADED_CONNECTIONS };
  await runLoad({ ...asked, requests: warmUpOf(requests) });
  const before = cpuMicroseconds(own);
  const times = await runLoad({ ...asked, requests });
  // Read as soon as it is quiet itself: its idling while others finish is no cost of these requests.
  await settle(own, settleMs, quiet);
  return { cpuUs: (cpuMicroseconds(own) - before) / requests, ...latencyOf(times) };
}

/** Whoever takes ten times as long is asked less, or the others would come to their next slice with cold caches. */
const PARTS: Readonly<Partial<Record<SubjectName, number>>> = { portkey: 1 / 8 };

function partOf({ name }: Subject, id: WorkloadId, requests: number): number {
  return Math.ceil(requests * workloads[id].weight * (PARTS[name] ?? 1));
}

/** Nginx compiles nothing, and the vendor has answered everybody else before. */
const ALWAYS_WARM: readonly SubjectName[] = ['direct', 'nginx'];

/**
 * Asks a workload and counts nothing: so many requests, for each weight, of each subject that gets quicker by it. Aftermaths
 * should stand still.
 *
 * @throws Error who gave a wrong answer
 */
export async function warmUp(subjects: readonly Subject[], id: WorkloadId, requests: number): Promise<void> {
  for (const subject of subjects.filter(({ name }) => !ALWAYS_WARM.includes(name))) {
    const { wire: request, expected } = requestOf(subject, id);
    const asked = { port: subject.port, request, expected, connections: LOADED_CONNECTIONS };
    await naming(subject, id, () => runLoad({ ...asked, requests: partOf(subject, id, requests) }));
  }
}

/**
 * Asks all subjects a workload in slices of a twentieth of a second, one after the other: what a machine does in one second
 * may be over in the next, and what is compared has to meet the same. Aftermaths should stand still.
 *
 * @returns what each subject did, slice by slice
 * @throws Error who gave a wrong answer
 */
export async function loadInTurn(
  subjects: readonly Subject[],
  id: WorkloadId,
  { plan, round }: { readonly plan: Plan; readonly round: number },
): Promise<ReadonlyMap<Subject, readonly Loaded[]>> {
  const done = new Map<Subject, Loaded[]>(subjects.map((subject) => [subject, []]));
  const sizeFor = (subject: Subject): LoadSize => ({
    requests: partOf(subject, id, plan.sliceRequests),
    settleMs: plan.settleMs,
    quiet: BETWEEN_SLICES,
  });
  await warmUp(subjects, id, plan.warmUpRequests);
  for (let slice = 0; slice < plan.slices; slice += 1) {
    for (const subject of inTurn(subjects, round * plan.slices + slice)) {
      done.get(subject)?.push(await naming(subject, id, () => load(subject, id, sizeFor(subject))));
    }
  }
  return done;
}
