import { parseArgs } from 'node:util';
import { type GatewayName } from './gateways/gateway.ts';
import { fullPlan, quickPlan, type Plan } from './plan.ts';
import { gatewayNames } from './report/report.ts';
import { workloadIds, type WorkloadId } from './workloads.ts';

export const usage = `npm run bench [-- options]
  --quick               a smoke run of a minute or two; its results go to bench/.cache
  --only a,b            these gateways: ${gatewayNames.join(', ')} (crowded only if it is named)
  --workloads a,b       these workloads: ${workloadIds.join(', ')}
  --streams n           so many idle streams
  --no-idle             without the idle streams
  --profile             no comparison: where Tollgate's proxy and the bare one spend their time`;

export interface BenchOptions {
  readonly plan: Plan;
  readonly gateways: readonly GatewayName[];
  readonly workloads: readonly WorkloadId[];
  readonly idle: boolean;
  readonly profile: boolean;
}

/** A second Tollgate beside the first would disturb all others. */
const USUAL_GATEWAYS = gatewayNames.filter((name) => name !== 'crowded').join(',');
const STREAMS_MAX = 20_000;

/** @throws Error one line: which option is wrong */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      workloads: { type: 'string' },
      streams: { type: 'string' },
      idle: { type: 'boolean', default: true },
      profile: { type: 'boolean', default: false },
    },
  });
  return {
    plan: withStreams(values.quick ? quickPlan : fullPlan, values.streams),
    gateways: chosen('gateway', gatewayNames, values.only ?? USUAL_GATEWAYS),
    workloads: chosen('workload', workloadIds, values.workloads),
    idle: values.idle,
    profile: values.profile,
  };
}

function withStreams(plan: Plan, streams: string | undefined): Plan {
  if (streams === undefined) return plan;
  const idleStreams = Number(streams);
  if (!Number.isInteger(idleStreams) || idleStreams < 1 || idleStreams > STREAMS_MAX)
    throw new Error(`--streams is a number from 1 to ${STREAMS_MAX}, not "${streams}".\n${usage}`);
  return { ...plan, idleStreams };
}

function chosen<Name extends string>(kind: string, known: readonly Name[], list: string | undefined): Name[] {
  const names = list?.split(',').map((name) => name.trim());
  const wrong = names?.find((name) => !known.some((one) => one === name));
  if (wrong !== undefined)
    throw new Error(`There is no ${kind} "${wrong}"; there are: ${known.join(', ')}.\n${usage}`);
  return known.filter((name) => names === undefined || names.includes(name));
}
