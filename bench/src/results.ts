import { type GatewayName, type SubjectName } from './gateways/gateway.ts';
import { type IdleResult } from './measure/idle.ts';
import { type KeyWalkStep } from './measure/key-walk.ts';
import { type MachineFacts } from './measure/machine.ts';
import { type OverloadedWorkload, type OverloadResult } from './measure/overload.ts';
import { type Latency, type Sample } from './measure/sample.ts';
import { median, spread } from './measure/statistics.ts';
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
  readonly cpuUs: number;
  /** Distance of the quartiles as a share of the median. */
  readonly cpuSpread: number;
  readonly behindUs: number;
  readonly residentKb: number;
  readonly loaded: Latency;
  readonly single: Latency;
}

export function summarize(samples: readonly Sample[]): Summary {
  const of = (value: (sample: Sample) => number): number => median(samples.map(value));
  return {
    cpuUs: of(({ cpuUs }) => cpuUs),
    cpuSpread: spread(samples.map(({ cpuUs }) => cpuUs)),
    behindUs: of(({ behindUs }) => behindUs),
    residentKb: of((sample) => sample.residentKb),
    loaded: { p50Us: of(({ loaded }) => loaded.p50Us), p99Us: of(({ loaded }) => loaded.p99Us) },
    single: { p50Us: of(({ single }) => single.p50Us), p99Us: of(({ single }) => single.p99Us) },
  };
}

export function summarizeAll(samples: Samples): Results['summary'] {
  const entries = Object.entries(samples).map(([subject, byWorkload]) => [
    subject,
    Object.fromEntries(Object.entries(byWorkload).map(([id, taken]) => [id, summarize(taken)])),
  ]);
  return Object.fromEntries(entries) as Results['summary'];
}
