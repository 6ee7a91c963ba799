import { type BenchWorld } from './bench-world.ts';
import { type GatewayName } from './gateways/gateway.ts';
import { ForeignCpu } from './measure/foreign-cpu.ts';
import { measureIdleStreams, type IdleResult } from './measure/idle.ts';
import { measureKeyWalk, type KeyWalkStep } from './measure/key-walk.ts';
import { warmUp } from './measure/load.ts';
import { machineFacts } from './measure/machine.ts';
import { measureOverload, OVERLOADED_WORKLOADS } from './measure/overload.ts';
import { processTree } from './measure/processes.ts';
import { takeBesideAftermath, takeUndisturbed, type Sample } from './measure/sample.ts';
import { AFTERMATH_OVER, settle } from './measure/settle.ts';
import { standingStill } from './measure/standing-still.ts';
import { isAsked, naming, type Subject } from './measure/subject.ts';
import { type BenchOptions } from './options.ts';
import { type Plan } from './plan.ts';
import { allowOpenFiles } from './process/open-files.ts';
import { summarizeAll, type Overloads, type Results, type Samples } from './results.ts';
import { type WorkloadId } from './workloads.ts';

/** A client's connection and a vendor's. */
const OPEN_FILES_A_STREAM = 2;
const OPEN_FILES_BESIDE = 200;

export type Say = (text: string) => void;

/**
 * Measures all gateways of the world in turn, round by round, so that what the machine does meanwhile meets all alike.
 *
 * @throws Error at the first wrong answer, with gateway and workload
 */
export async function runBench(world: BenchWorld, options: BenchOptions, say: Say): Promise<Results> {
  const startedAt = performance.now();
  const machine = machineFacts();
  const { samples, rounds, foreignShare } = await takeSamples(world, options, say);
  const keyWalk = await walkKeys(world, options, say);
  const idle = options.idle ? await idleStreams(world, options.plan, say) : {};
  const overload = options.overload ? await overloads(world, options, say) : {};
  return {
    date: new Date().toISOString().slice(0, 10),
    plan: options.plan,
    machine,
    foreignShare,
    rounds,
    seconds: (performance.now() - startedAt) / 1_000,
    gateways: world.titles,
    skipped: world.skipped,
    summary: summarizeAll(samples),
    ...{ idle, overload, keyWalk },
    samples,
  };
}

async function takeSamples(
  world: BenchWorld,
  options: BenchOptions,
  say: Say,
): Promise<{ samples: Samples; rounds: number; foreignShare: number }> {
  const { plan } = options;
  const samples: Samples = {};
  const foreign = new ForeignCpu();
  const startedAt = performance.now();
  let round = 0;
  while (round < plan.rounds) {
    const late = performance.now() - startedAt > plan.roundsMs;
    if (late && round >= plan.roundsMin) break;
    say(`round ${round + 1} of ${plan.rounds} …`);
    if (round > 0) await world.restartAll();
    const taken = await foreign.during(async () => {
      await askEverything(world, options);
      return takeRound(world, options, round);
    });
    for (const { subject, id, sample } of taken) ((samples[subject.name] ??= {})[id] ??= []).push(sample);
    round += 1;
  }
  return { samples, rounds: round, foreignShare: foreign.share };
}

/** Whatever will be measured was asked before. */
async function askEverything(world: BenchWorld, { plan, workloads }: BenchOptions): Promise<void> {
  const all = processTree(process.pid).filter((pid) => pid !== process.pid);
  for (const id of workloads) {
    const subjects = world.subjects.filter((subject) => isAsked(subject, id));
    await standingStill(subjects, () => warmUp(subjects, id, plan.firstRequests));
    await settle(all, plan.settleMs, AFTERMATH_OVER);
  }
}

interface Taken {
  readonly subject: Subject;
  readonly id: WorkloadId;
  readonly sample: Sample;
}

/** Workload by workload, so that what is compared is measured in the same seconds. */
async function takeRound(
  world: BenchWorld,
  { plan, workloads }: BenchOptions,
  round: number,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (const id of workloads) {
    const subjects = world.subjects.filter((subject) => isAsked(subject, id));
    const undisturbed = await standingStill(subjects, () => takeUndisturbed(subjects, id, { plan, round }));
    for (const [subject, alone] of undisturbed) {
      const others = world.processesBeside(subject);
      const beside = await naming(subject, id, () => takeBesideAftermath(subject, id, { plan, others }));
      taken.push({ subject, id, sample: { ...alone, ...beside } });
    }
  }
  return taken;
}

async function idleStreams(
  world: BenchWorld,
  { idleStreams: count }: Plan,
  say: Say,
): Promise<Partial<Record<GatewayName, IdleResult>>> {
  const idle: Partial<Record<GatewayName, IdleResult>> = {};
  for (const subject of world.subjects) {
    const { gateway } = subject;
    if (gateway === undefined) continue;
    say(`${count} idle streams through ${gateway.name} …`);
    try {
      const fresh = await world.restart(subject);
      const processes = [process.pid, world.vendorPid, ...processTree(gateway.server.pid)];
      const files = allowOpenFiles(processes, OPEN_FILES_A_STREAM * count + OPEN_FILES_BESIDE);
      const possible = Math.floor((files - OPEN_FILES_BESIDE) / OPEN_FILES_A_STREAM);
      if (possible < count) say(`… only ${possible}: a process may have ${files} open files (ulimit -n)`);
      idle[gateway.name] = await measureIdleStreams(fresh, world.vendorPort, possible);
    } catch (error) {
      throw new Error(`${gateway.name}, idle streams: ${messageOf(error)}`, { cause: error });
    }
  }
  return idle;
}

/** With a key that the gateway has not seen yet, each time. */
async function walkKeys(world: BenchWorld, { size }: BenchOptions, say: Say): Promise<KeyWalkStep[]> {
  const keyed = world.subjects.find(({ name }) => name === 'keyed');
  if (keyed === undefined) return [];
  say('one key after the other …');
  return measureKeyWalk(keyed, size.keys);
}

async function overloads(world: BenchWorld, { workloads }: BenchOptions, say: Say): Promise<Overloads> {
  const results: Overloads = {};
  const subject = world.subjects.find(({ name }) => name === 'tollgate');
  if (subject === undefined) return results;
  for (const id of OVERLOADED_WORKLOADS) {
    if (!workloads.includes(id)) continue;
    say(`three times as much ${id} as it can do …`);
    try {
      results[id] = await measureOverload(await world.restart(subject), id);
    } catch (error) {
      throw new Error(`tollgate, overload, ${id}: ${messageOf(error)}`, { cause: error });
    }
  }
  return results;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
