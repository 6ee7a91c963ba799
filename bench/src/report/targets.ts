import { type GatewayName } from '../gateways/gateway.ts';
import { type Results } from '../results.ts';
import { type WorkloadId } from '../workloads.ts';

/** CPU time a request, of Tollgate as a multiple of another gateway's in the same run. */
export interface Target {
  readonly workload: WorkloadId;
  readonly than: GatewayName;
  readonly ratioMax: number;
}

export const targets: readonly Target[] = [
  { workload: 'J1', than: 'bare', ratioMax: 1.5 },
  { workload: 'J1', than: 'portkey', ratioMax: 0.15 },
  { workload: 'SB', than: 'bare', ratioMax: 1.3 },
];

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
  than: GatewayName,
): number | undefined {
  const own = summary.tollgate?.[workload]?.cpuUs;
  const other = summary[than]?.[workload]?.cpuUs;
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
