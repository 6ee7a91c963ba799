import { parseArgs } from 'node:util';
import { type WorldSize } from './bench-world.ts';
import { type GatewayName } from './gateways/gateway.ts';
import { fullPlan, quickPlan, type Plan } from './plan.ts';
import { gatewayNames } from './report/report.ts';
import { workloadIds, type WorkloadId } from './workloads.ts';

/** Further Tollgates beside the first, which would disturb all others. */
const EXTRA_GATEWAYS: readonly GatewayName[] = ['crowded', 'workers', 'keyed'];
const USUAL_GATEWAYS = gatewayNames.filter((name) => !EXTRA_GATEWAYS.includes(name));

export const usage = `npm run bench [-- options]
  --quick               a smoke run of a minute or two; its results go to bench/.cache
  --only a,b            these gateways: ${gatewayNames.join(', ')} (${EXTRA_GATEWAYS.join(', ')} only if asked for)
  --workloads a,b       these workloads: ${workloadIds.join(', ')}
  --streams n           so many idle streams
  --workers n           also Tollgate in n processes (2 to 64)
  --keys n              also Tollgate with n API keys (1,000 to 2,000,000), and how it goes through them
  --overload            also Tollgate asked for three times what it can do
  --no-idle             without the idle streams
  --profile             no comparison: where Tollgate's proxy and the bare one spend their time`;

export interface BenchOptions {
  readonly plan: Plan;
  readonly gateways: readonly GatewayName[];
  readonly workloads: readonly WorkloadId[];
  readonly idle: boolean;
  readonly overload: boolean;
  readonly size: WorldSize;
  readonly profile: boolean;
}

const STREAMS = { min: 1, max: 20_000 };
const WORKERS = { min: 2, max: 64 };
const KEYS = { min: 1_000, max: 2_000_000 };
const USUAL_WORKERS = 2;
const USUAL_KEYS = 1_000_000;

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
      workers: { type: 'string' },
      keys: { type: 'string' },
      overload: { type: 'boolean', default: false },
      idle: { type: 'boolean', default: true },
      profile: { type: 'boolean', default: false },
    },
  });
  const plan = values.quick ? quickPlan : fullPlan;
  const gateways: string[] = [values.only ?? USUAL_GATEWAYS.join(',')];
  if (values.workers !== undefined) gateways.push('workers');
  if (values.keys !== undefined) gateways.push('keyed');
  return {
    plan: { ...plan, idleStreams: numberOf('streams', values.streams, STREAMS) ?? plan.idleStreams },
    gateways: chosen('gateway', gatewayNames, gateways.join(',')),
    workloads: chosen('workload', workloadIds, values.workloads),
    idle: values.idle,
    overload: values.overload,
    size: {
      workers: numberOf('workers', values.workers, WORKERS) ?? USUAL_WORKERS,
      keys: numberOf('keys', values.keys, KEYS) ?? USUAL_KEYS,
    },
    profile: values.profile,
  };
}

function numberOf(
  option: string,
  value: string | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new Error(`--${option} is a number from ${min} to ${max}, not "${value}".\n${usage}`);
}

function chosen<Name extends string>(kind: string, known: readonly Name[], list: string | undefined): Name[] {
  const names = list?.split(',').map((name) => name.trim());
  const wrong = names?.find((name) => !known.some((one) => one === name));
  if (wrong !== undefined)
    throw new Error(`There is no ${kind} "${wrong}"; there are: ${known.join(', ')}.\n${usage}`);
  return known.filter((name) => names === undefined || names.includes(name));
}
