import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../../tools/workspace/paths.mjs';
import { type BenchWorld } from '../bench-world.ts';
import { type GatewayName } from '../gateways/gateway.ts';
import { runLoad } from '../load/run-load.ts';
import { type BenchOptions } from '../options.ts';
import { mainThreadMicroseconds } from '../measure/processes.ts';
import { isAsked, requestOf } from '../measure/subject.ts';
import { LOADED_CONNECTIONS } from '../plan.ts';
import { table } from '../report/table.ts';
import { workloads, type WorkloadId } from '../workloads.ts';
import { functionTimes, groupTimes, type CpuProfile, type TimeWindow } from './cpu-profile.ts';

const FOLDER = 'bench/.cache/profiles';
const SAMPLE_EVERY_US = 200;
const SAMPLES_OF_LOAD = 6;
const FUNCTIONS_SHOWN = 40;
const GROUPS_SHOWN = 20;

/** Runs Tollgate's proxy and the bare one under V8's profiler, one workload at a time, and prints self times a request. */
export async function profile(
  world: BenchWorld,
  options: BenchOptions,
  say: (text: string) => void,
): Promise<void> {
  const names = options.gateways.filter((name) => name === 'tollgate' || name === 'bare');
  for (const name of names) await world.add(name, profilerOptions(name));
  for (const name of names) {
    for (const id of options.workloads) await profileOne(world, { name, id, plan: options.plan }, say);
  }
}

function profilerOptions(name: GatewayName): string[] {
  const folder = inRoot(FOLDER, name);
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${SAMPLE_EVERY_US}`];
}

interface ProfiledRun {
  readonly name: GatewayName;
  readonly id: WorkloadId;
  readonly plan: BenchOptions['plan'];
}

async function profileOne(
  world: BenchWorld,
  { name, id, plan }: ProfiledRun,
  say: (text: string) => void,
): Promise<void> {
  const known = world.subjects.find((subject) => subject.name === name);
  if (known === undefined || !isAsked(known, id)) return;
  const subject = await world.restart(known);
  const { gateway, port } = subject;
  const folder = inRoot(FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const count = plan.loadedRequests * workloads[id].weight * SAMPLES_OF_LOAD;
  const { wire, expected } = requestOf(subject, id);
  const load = { port, request: wire, expected, requests: count, connections: LOADED_CONNECTIONS };
  await runLoad(load);
  const pid = gateway?.server.pid ?? NaN;
  const [fromUs, cpuBefore] = [monotonicUs(), mainThreadMicroseconds(pid)];
  await runLoad(load);
  const window = { fromUs, toUs: monotonicUs() };
  const cpuUs = (mainThreadMicroseconds(pid) - cpuBefore) / count;
  await gateway?.server.stop();
  gateway?.server.start();
  say(
    `\n## ${name}, ${id}: self time in µs a request over ${count} requests (the profiler's own cost included)\n`,
  );
  for (const file of readdirSync(folder)) printTimes(join(folder, file), { window, cpuUs }, say);
}

/** The clock of V8's profiler. */
function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

interface ProfiledLoad {
  readonly window: TimeWindow;
  /** Of the main thread, a request. */
  readonly cpuUs: number;
}

function printTimes(file: string, { window, cpuUs }: ProfiledLoad, say: (text: string) => void): void {
  const times = functionTimes(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile, window);
  // V8 samples by the clock on the wall: shares are right on a busy machine too, times are not.
  const sampledUs = times.reduce((sum, { selfUs }) => sum + selfUs, 0);
  const aRequest = (selfUs: number): string => ((selfUs / sampledUs) * cpuUs).toFixed(2);
  const groups = groupTimes(times).map(({ group, selfUs }) => [group, aRequest(selfUs)]);
  const functions = times
    .slice(0, FUNCTIONS_SHOWN)
    .map(({ name, place, selfUs }) => [`${name} ${place}`, aRequest(selfUs)]);
  say(
    `${file}\n\n${table(['where', 'µs'], [['all', cpuUs.toFixed(2)], ...groups.slice(0, GROUPS_SHOWN)])}\n\n${table(['function', 'µs'], functions)}`,
  );
}
