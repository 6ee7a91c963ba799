/** V8's CPU profile, as `node --cpu-prof` writes it: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/ */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Microseconds of the system's monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Microseconds between a sample and the one before. */
  readonly timeDeltas: readonly number[];
}

export interface FunctionTime {
  readonly name: string;
  /** Where it stands, short. */
  readonly place: string;
  readonly group: string;
  readonly selfUs: number;
}

const NO_WORK = new Set(['(idle)', '(root)']);

/** Microseconds of the monotonic clock: only what was sampled within counts. */
export interface TimeWindow {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Self time of each function, the greatest first; idle time left out. */
export function functionTimes(profile: CpuProfile, window: TimeWindow): FunctionTime[] {
  const { nodes, samples, timeDeltas, startTime } = profile;
  let timeUs = startTime;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, FunctionTime>();
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    timeUs += timeDeltas[index] ?? 0;
    if (timeUs < window.fromUs || timeUs > window.toUs) return;
    if (frame === undefined || NO_WORK.has(frame.functionName)) return;
    const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
    const file = shortPlace(frame.url);
    const place = file === '' ? '' : `${file}:${frame.lineNumber + 1}`;
    const key = `${name} ${place}`;
    const selfUs = (times.get(key)?.selfUs ?? 0) + (timeDeltas[index] ?? 0);
    times.set(key, { name, place, group: groupOf(name, file), selfUs });
  });
  return [...times.values()].sort((a, b) => b.selfUs - a.selfUs);
}

export function groupTimes(times: readonly FunctionTime[]): { group: string; selfUs: number }[] {
  const sums = new Map<string, number>();
  for (const { group, selfUs } of times) sums.set(group, (sums.get(group) ?? 0) + selfUs);
  return [...sums].map(([group, selfUs]) => ({ group, selfUs })).sort((a, b) => b.selfUs - a.selfUs);
}

/** `libs/metering/dist/journal.js`, `undici/lib/pool.js`, `node:net`. */
function shortPlace(url: string): string {
  const fromPackage = /node_modules\/((?:@[^/]+\/)?.+)$/.exec(url)?.[1];
  return fromPackage ?? /\/((?:apps|libs|bench)\/.+)$/.exec(url)?.[1] ?? url;
}

/** Ours by library, others by package, Node and V8 as one each. */
function groupOf(name: string, file: string): string {
  if (file === '') return name === '(garbage collector)' ? 'garbage collection' : 'native code';
  if (file.startsWith('node:')) return 'node';
  const ours = /^((?:apps|libs\/features|libs|bench)\/[^/]+)\//.exec(file)?.[1];
  return ours ?? /^(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file;
}
