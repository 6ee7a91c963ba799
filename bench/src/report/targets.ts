import { type SubjectName } from '../gateways/gateway.ts';
import { type Latency } from '../measure/sample.ts';
import { type Results } from '../results.ts';
import { STEADY_RATE, type WorkloadId } from '../workloads.ts';

type Measured = Pick<Results, 'summary' | 'idle'>;

/** What Tollgate is to reach, judged by the medians of one run. */
export interface Target {
  readonly title: string;
  readonly max: number;
  /** `undefined` if the run did not measure it. */
  readonly measure: (results: Measured) => number | undefined;
}

export const targets: readonly Target[] = [
  atMost(1.35, { workload: 'J1', than: 'bare' }),
  limited(1.35),
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
    measure: ({ summary }: Measured) =>
      ratio(summary.crowded?.[workload]?.loaded.cpuUs, summary.tollgate?.[workload]?.loaded.cpuUs),
  })),
];

function atMost(max: number, { workload, than }: { workload: WorkloadId; than: SubjectName }): Target {
  const title = `${workload}, CPU time: at most ${max} × ${than}`;
  return { title, max, measure: (results) => cpuRatio(results, workload, than) };
}

/** The bare proxy knows no limits: to it JL is J1. */
function limited(max: number): Target {
  return {
    title: `JL, CPU time: at most ${max} × bare`,
    max,
    measure: ({ summary: { tollgate, bare } }) => ratio(tollgate?.JL?.loaded.cpuUs, bare?.J1?.loaded.cpuUs),
  };
}

function translated(workload: WorkloadId, max: number): Target {
  const title = `${workload}, CPU time: at most ${max} × its own SB`;
  return {
    title,
    max,
    measure: ({ summary: { tollgate } }) =>
      ratio(tollgate?.[workload]?.loaded.cpuUs, tollgate?.SB?.loaded.cpuUs),
  };
}

function addedAtMost(maxMs: number, percentile: 'p50' | 'p99', load: 'loaded' | 'steady'): Target {
  const how = load === 'loaded' ? 'asked again at once' : `${STEADY_RATE.toLocaleString('en')} a second`;
  return {
    title: `J1 at 16 connections, ${how}: adds at most ${maxMs} ms (${percentile})`,
    max: maxMs,
    measure: ({ summary }) => {
      const added = addedTime(summary.tollgate?.J1?.[load], summary.direct?.J1?.[load]);
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

/** Tollgate's CPU time a request as a multiple of another's. @returns `undefined` if one of them was not measured */
export function cpuRatio(
  { summary }: Pick<Results, 'summary'>,
  workload: WorkloadId,
  than: SubjectName,
): number | undefined {
  return ratio(summary.tollgate?.[workload]?.loaded.cpuUs, summary[than]?.[workload]?.loaded.cpuUs);
}

/** What a gateway adds to the direct call. @returns `undefined` if one of them was not measured */
export function addedTime(through: Latency | undefined, direct: Latency | undefined): Latency | undefined {
  if (through === undefined || direct === undefined) return undefined;
  return { p50Us: through.p50Us - direct.p50Us, p99Us: through.p99Us - direct.p99Us };
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

function ratio(own: number | undefined, other: number | undefined): number | undefined {
  return own === undefined || other === undefined ? undefined : own / other;
}
