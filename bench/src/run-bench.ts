import { type BenchWorld } from './bench-world.ts';
import { type GatewayName } from './gateways/gateway.ts';
import { measureIdleStreams, type IdleResult } from './measure/idle.ts';
import { machineFacts } from './measure/machine.ts';
import { cpuMicroseconds, machineBusyMicroseconds, processTree } from './measure/processes.ts';
import { takeSample, type Sample } from './measure/sample.ts';
import { isAsked, type Subject } from './measure/subject.ts';
import { type BenchOptions } from './options.ts';
import { type Plan } from './plan.ts';
import { summarizeAll, type Results, type Samples } from './results.ts';
import { type WorkloadId } from './workloads.ts';

export type Say = (text: string) => void;

/**
 * Measures all gateways of the world in turn, round by round, so that what the machine does meanwhile meets all alike.
 *
 * @throws Error at the first wrong answer, with gateway and workload
 */
export async function runBench(world: BenchWorld, options: BenchOptions, say: Say): Promise<Results> {
  const startedAt = performance.now();
  const machine = machineFacts();
  const foreign = new ForeignCpu();
  const { samples, rounds } = await takeSamples(world, options, say);
  const idle = options.idle ? await idleStreams(world, options.plan, say) : {};
  return {
    date: new Date().toISOString().slice(0, 10),
    plan: options.plan,
    machine,
    foreignShare: foreign.share(machine.cores),
    rounds,
    seconds: (performance.now() - startedAt) / 1_000,
    gateways: world.titles,
    skipped: world.skipped,
    summary: summarizeAll(samples),
    idle,
    samples,
  };
}

async function takeSamples(
  world: BenchWorld,
  { plan, workloads }: BenchOptions,
  say: Say,
): Promise<{ samples: Samples; rounds: number }> {
  const samples: Samples = {};
  const asked = (subject: Subject): WorkloadId[] => workloads.filter((id) => isAsked(subject, id));
  const startedAt = performance.now();
  say('warm-up …');
  for (let round = 0; round < plan.warmUpRounds; round += 1) {
    for (const subject of world.subjects) {
      for (const id of asked(subject)) await sampleOf(world, subject, id, plan);
    }
  }
  let round = 0;
  while (round < plan.rounds) {
    const late = performance.now() - startedAt > plan.roundsMs;
    if (late && round >= plan.roundsMin) break;
    round += 1;
    say(`round ${round} of ${plan.rounds} …`);
    for (const subject of turned(world.subjects, round)) {
      for (const id of asked(subject)) {
        ((samples[subject.name] ??= {})[id] ??= []).push(await sampleOf(world, subject, id, plan));
      }
    }
  }
  return { samples, rounds: round };
}

async function sampleOf(world: BenchWorld, subject: Subject, id: WorkloadId, plan: Plan): Promise<Sample> {
  try {
    return await takeSample(subject, id, plan, world.processesBeside(subject));
  } catch (error) {
    throw new Error(`${subject.name}, ${id}: ${messageOf(error)}. The run does not count.`, { cause: error });
  }
}

/** Another one is first in each round. */
function turned<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
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
      idle[gateway.name] = await measureIdleStreams(fresh, world.vendorPort, count);
    } catch (error) {
      throw new Error(`${gateway.name}, idle streams: ${messageOf(error)}`, { cause: error });
    }
  }
  return idle;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How much of the machine went to processes that are not the bench's. */
class ForeignCpu {
  private readonly startedAt = performance.now();
  private readonly before = ForeignCpu.reading();

  share(cores: number): number {
    const after = ForeignCpu.reading();
    const machineUs = (performance.now() - this.startedAt) * 1_000 * cores;
    const foreignUs = after.machine - this.before.machine - (after.own - this.before.own);
    return Math.min(1, Math.max(0, foreignUs / machineUs));
  }

  private static reading(): { machine: number; own: number } {
    return { machine: machineBusyMicroseconds(), own: cpuMicroseconds(processTree(process.pid)) };
  }
}
