import { parseArgs } from 'node:util';
import { type GatewayName } from './gateways/gateway.ts';
import { fullPlan, quickPlan, type Plan } from './plan.ts';
import { gatewayNames } from './report/report.ts';
import { workloadIds, type WorkloadId } from './workloads.ts';

export const usage = `npm run bench [-- options]
  --quick               a smoke run of a minute or two; its results go to bench/.cache
  --only a,b            these gateways: ${gatewayNames.join(', ')}
  --workloads a,b       these workloads: ${workloadIds.join(', ')}
  --no-idle             without the idle streams
  --profile             no comparison: where Tollgate's proxy and the bare one spend their time`;

export interface BenchOptions {
  readonly plan: Plan;
  readonly gateways: readonly GatewayName[];
  readonly workloads: readonly WorkloadId[];
  readonly idle: boolean;
  readonly profile: boolean;
}

/** @throws Error one line: which option is wrong */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      workloads: { type: 'string' },
      idle: { type: 'boolean', default: true },
      profile: { type: 'boolean', default: false },
    },
  });
  return {
    plan: values.quick ? quickPlan : fullPlan,
    gateways: chosen('gateway', gatewayNames, values.only),
    workloads: chosen('workload', workloadIds, values.workloads),
    idle: values.idle,
    profile: values.profile,
  };
}

function chosen<Name extends string>(kind: string, known: readonly Name[], list: string | undefined): Name[] {
  const names = list?.split(',').map((name) => name.trim());
  const wrong = names?.find((name) => !known.some((one) => one === name));
  if (wrong !== undefined)
    throw new Error(`There is no ${kind} "${wrong}"; there are: ${known.join(', ')}.\n${usage}`);
  return known.filter((name) => names === undefined || names.includes(name));
}
