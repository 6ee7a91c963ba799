import { type GatewayName, type SubjectName } from './gateways/gateway.ts';
import { type IdleResult } from './measure/idle.ts';
import { type KeyWalkStep } from './measure/key-walk.ts';
import { type Loaded } from './measure/load.ts';
import { type MachineFacts } from './measure/machine.ts';
import { type OverloadedWorkload, type OverloadResult } from './measure/overload.ts';
import { type Sample } from './measure/sample.ts';
import { median, spread, type Latency } from './measure/statistics.ts';
import { type Plan } from './plan.ts';
import { type WorkloadId } from './workloads.ts';

export type Samples = Partial<Record<SubjectName, Partial<Record<WorkloadId, Sample[]>>>>;

export type Overloads = Partial<Record<OverloadedWorkload, OverloadResult>>;

/** What a run writes down. */
export interface Results {
  readonly date: string;
  readonly plan: Plan;
  readonly machine: MachineFacts;
  /** Share of the machine's CPU time that went to processes of others: the less, the better the figures. */
  readonly foreignShare: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly gateways: Partial<Record<GatewayName, string>>;
  readonly skipped: Partial<Record<GatewayName, string>>;
  readonly summary: Partial<Record<SubjectName, Partial<Record<WorkloadId, Summary>>>>;
  readonly idle: Partial<Record<GatewayName, IdleResult>>;
  /** Of Tollgate, if it was asked for. */
  readonly overload: Overloads;
  /** Of `keyed`. */
  readonly keyWalk: readonly KeyWalkStep[];
  readonly samples: Samples;
}

/** Medians over all samples. */
export interface Summary {
  readonly loaded: LoadedSummary;
  readonly besideAftermath?: LoadedSummary;
  readonly single: Latency;
  readonly steady?: Latency;
  readonly behindUs: number;
  readonly residentKb: number;
}

export interface LoadedSummary extends Loaded {
  /** Distance of the quartiles of the CPU time as a share of its median. */
  readonly cpuSpread: number;
}

export function summarize(samples: readonly Sample[]): Summary {
  const beside = samples.flatMap(({ besideAftermath }) => besideAftermath ?? []);
  const steady = samples.flatMap((sample) => sample.steady ?? []);
  return {
    loaded: summarizeLoaded(samples.flatMap(({ loaded }) => loaded)),
    ...(beside.length > 0 && { besideAftermath: summarizeLoaded(beside) }),
    single: summarizeLatency(samples.map(({ single }) => single)),
    ...(steady.length > 0 && { steady: summarizeLatency(steady) }),
    behindUs: median(samples.map(({ behindUs }) => behindUs)),
    residentKb: median(samples.map(({ residentKb }) => residentKb)),
  };
}

function summarizeLoaded(loads: readonly Loaded[]): LoadedSummary {
  const cpu = loads.map(({ cpuUs }) => cpuUs);
  return { cpuUs: median(cpu), cpuSpread: spread(cpu), ...summarizeLatency(loads) };
}

function summarizeLatency(latencies: readonly Latency[]): Latency {
  return {
    p50Us: median(latencies.map(({ p50Us }) => p50Us)),
    p99Us: median(latencies.map(({ p99Us }) => p99Us)),
  };
}

export function summarizeAll(samples: Samples): Results['summary'] {
  const entries = Object.entries(samples).map(([subject, byWorkload]) => [
    subject,
    Object.fromEntries(Object.entries(byWorkload).map(([id, taken]) => [id, summarize(taken)])),
  ]);
  return Object.fromEntries(entries) as Results['summary'];
}
