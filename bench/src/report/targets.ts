import { type GatewayName } from '../gateways/gateway.ts';
import { type Results } from '../results.ts';
import { type WorkloadId } from '../workloads.ts';

/** What a gateway was measured at. */
export interface Measure {
  readonly gateway: GatewayName;
  readonly workload: WorkloadId;
}

/** CPU time a request, of Tollgate as a multiple of another gateway's, or of its own at something else, in the same run. */
export interface Target {
  readonly workload: WorkloadId;
  readonly than: Measure;
  readonly ratioMax: number;
}

export const targets: readonly Target[] = [
  { workload: 'J1', than: { gateway: 'bare', workload: 'J1' }, ratioMax: 1.35 },
  { workload: 'J1', than: { gateway: 'portkey', workload: 'J1' }, ratioMax: 0.12 },
  { workload: 'SB', than: { gateway: 'bare', workload: 'SB' }, ratioMax: 1.25 },
  // To translate a stream may cost as much again as to pass it on.
  { workload: 'AO', than: { gateway: 'tollgate', workload: 'SB' }, ratioMax: 2 },
  { workload: 'OA', than: { gateway: 'tollgate', workload: 'SB' }, ratioMax: 2 },
];

/** As the report names it. */
export function titleOf({ workload, than, ratioMax }: Target): string {
  const other = than.gateway === 'tollgate' ? `its own ${than.workload}` : than.gateway;
  return `${workload}: at most ${ratioMax} × ${other}`;
}

export type Verdict = 'met' | 'not met' | 'not measured';

export interface TargetResult {
  readonly target: Target;
  readonly ratio: number | undefined;
  readonly verdict: Verdict;
}

/** @returns `undefined` if one of the two was not measured */
export function cpuRatio(
  { summary }: Pick<Results, 'summary'>,
  workload: WorkloadId,
  than: Measure,
): number | undefined {
  const own = summary.tollgate?.[workload]?.cpuUs;
  const other = summary[than.gateway]?.[than.workload]?.cpuUs;
  return own === undefined || other === undefined ? undefined : own / other;
}

export function judge(results: Pick<Results, 'summary'>): TargetResult[] {
  return targets.map((target) => {
    const ratio = cpuRatio(results, target.workload, target.than);
    return { target, ratio, verdict: verdict(ratio, target.ratioMax) };
  });
}

function verdict(ratio: number | undefined, ratioMax: number): Verdict {
  if (ratio === undefined) return 'not measured';
  return ratio <= ratioMax ? 'met' : 'not met';
}
