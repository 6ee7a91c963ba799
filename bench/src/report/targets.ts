import { type SubjectName } from '../gateways/gateway.ts';
import { type Loaded } from '../measure/load.ts';
import { type Sample } from '../measure/sample.ts';
import { median, type Latency } from '../measure/statistics.ts';
import { type Results } from '../results.ts';
import { STEADY_RATE, type WorkloadId } from '../workloads.ts';

type Measured = Pick<Results, 'samples' | 'idle'>;

/** What Tollgate is to reach, judged by one run. */
export interface Target {
  readonly title: string;
  readonly max: number;
  /** `undefined` if the run did not measure it. */
  readonly measure: (results: Measured) => number | undefined;
}

export const targets: readonly Target[] = [
  atMost(1.35, { workload: 'J1', than: 'bare' }),
  atMost(1.35, { workload: 'JL', than: 'bare' }),
  atMost(0.12, { workload: 'J1', than: 'portkey' }),
  atMost(1.25, { workload: 'SB', than: 'bare' }),
  // To translate a stream may cost as much again as to pass it on.
  translated('AO', 2),
  translated('OA', 2),
  ...(['loaded', 'steady'] as const).flatMap((load) => [
    addedAtMost(0.8, 'p50', load),
    addedAtMost(3, 'p99', load),
  ]),
  {
    title: 'An idle stream: at most 60 KB',
    max: 60,
    measure: ({ idle }) => idle.tollgate?.kbPerStream,
  },
  ...(['J1', 'SB'] as const).map((workload) => ({
    title: `${workload} among 10,000 channels: at most 1.05 × its own among few`,
    max: 1.05,
    measure: ({ samples }: Measured) => cpuRatio(samples.crowded?.[workload], samples.tollgate?.[workload]),
  })),
];

function atMost(max: number, { workload, than }: { workload: WorkloadId; than: SubjectName }): Target {
  const title = `${workload}, CPU time: at most ${max} × ${than}`;
  return {
    title,
    max,
    measure: ({ samples }) => cpuRatio(samples.tollgate?.[workload], samples[than]?.[workload]),
  };
}

function translated(workload: WorkloadId, max: number): Target {
  const title = `${workload}, CPU time: at most ${max} × its own SB`;
  return {
    title,
    max,
    measure: ({ samples: { tollgate } }) => cpuRatio(tollgate?.[workload], tollgate?.SB),
  };
}

function addedAtMost(maxMs: number, percentile: 'p50' | 'p99', load: 'loaded' | 'steady'): Target {
  const how = load === 'loaded' ? 'asked again at once' : `${STEADY_RATE.toLocaleString('en')} a second`;
  return {
    title: `J1 at 16 connections, ${how}: adds at most ${maxMs} ms (${percentile})`,
    max: maxMs,
    measure: ({ samples: { tollgate, direct } }) => {
      const added = addedTime(latencies(tollgate?.J1, load), latencies(direct?.J1, load));
      return added === undefined ? undefined : added[`${percentile}Us`] / 1_000;
    },
  };
}

export type Verdict = 'met' | 'not met' | 'not measured';

export interface TargetResult {
  readonly target: Target;
  readonly measured: number | undefined;
  readonly verdict: Verdict;
}

type Taken = readonly Sample[] | undefined;

/** One's CPU time a request as a multiple of the other's. @returns `undefined` if one of them was not measured */
export function cpuRatio(own: Taken, other: Taken): number | undefined {
  const slices = (taken: Taken): readonly Loaded[] | undefined => taken?.flatMap(({ loaded }) => loaded);
  return paired(slices(own), slices(other), (one, two) => one.cpuUs / two.cpuUs);
}

/** What a gateway adds to the direct call. @returns `undefined` if one of them was not measured */
export function addedTime(through: readonly Latency[], direct: readonly Latency[]): Latency | undefined {
  const p50Us = paired(through, direct, (one, two) => one.p50Us - two.p50Us);
  const p99Us = paired(through, direct, (one, two) => one.p99Us - two.p99Us);
  return p50Us === undefined || p99Us === undefined ? undefined : { p50Us, p99Us };
}

/** A way of asking. */
export type Load = 'loaded' | 'besideAftermath' | 'single' | 'steady';

/** Of one way of asking, by rounds or, if loaded, by slices. */
export function latencies(taken: Taken, load: Load): readonly Latency[] {
  return taken?.flatMap((sample) => sample[load] ?? []) ?? [];
}

/** The median of what comes of each two that stood beside one another, whatever the machine did then. */
function paired<Item>(
  own: readonly Item[] | undefined,
  other: readonly Item[] | undefined,
  compare: (own: Item, other: Item) => number,
): number | undefined {
  const compared = own?.flatMap((item, index) => {
    const beside = other?.[index];
    return beside === undefined ? [] : [compare(item, beside)];
  });
  return compared === undefined || compared.length === 0 ? undefined : median(compared);
}

export function judge(results: Measured): TargetResult[] {
  return targets.map((target) => {
    const measured = target.measure(results);
    return { target, measured, verdict: verdict(measured, target.max) };
  });
}

function verdict(measured: number | undefined, max: number): Verdict {
  if (measured === undefined) return 'not measured';
  return measured <= max ? 'met' : 'not met';
}
