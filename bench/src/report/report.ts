import { type GatewayName } from '../gateways/gateway.ts';
import { type IdleResult } from '../measure/idle.ts';
import { type Latency } from '../measure/sample.ts';
import { type Results, type Summary } from '../results.ts';
import { workloadIds, workloads, type WorkloadId } from '../workloads.ts';
import { keyWalkSection, overloadSection } from './more-sections.ts';
import { table } from './table.ts';
import { cpuRatio, judge, titleOf } from './targets.ts';

export const gatewayNames: readonly GatewayName[] = [
  ...(['nginx', 'bare', 'tollgate', 'crowded', 'workers', 'keyed', 'portkey'] as const),
];
const NOTHING = '–';

/** The run in Markdown, for the terminal and for `bench/results`. */
export function report(results: Results): string {
  const sections = [
    facts(results),
    `### CPU time of the gateway, µs a request (16 connections)\n\n${cpuTable(results)}`,
    `### Targets\n\n${targetTable(results)}`,
    `### Tollgate's CPU time as a multiple of the others'\n\n${ratioTable(results)}`,
    `### Time that a gateway adds to the direct call, µs (p50 / p99)\n\n${latencyTable(results)}`,
    `### Memory\n\n${memoryTable(results)}`,
    ...overloadSection(results),
    ...keyWalkSection(results),
  ];
  return `${sections.join('\n\n')}\n`;
}

function facts({ date, machine, plan, rounds, seconds, gateways, skipped, foreignShare }: Results): string {
  const { cpu, cores, memoryGb, system, kernel, node, v8, loadBefore } = machine;
  return [
    `- ${date}, ${plan.mode} run: ${rounds} rounds in ${Math.round(seconds)} s; others took ${(foreignShare * 100).toFixed(0)} % of the machine's CPU time meanwhile (load before: ${loadBefore.toFixed(1)})`,
    `- ${cpu}, ${cores} cores, ${memoryGb} GB; ${system}, Linux ${kernel}`,
    `- Node ${node} (V8 ${v8}) for every Node gateway`,
    ...Object.values(gateways).map((title) => `- ${title}`),
    ...Object.values(skipped).map((reason) => `- not measured: ${reason}`),
    ...workloadIds.map((id) => `- ${id}: ${workloads[id].title}, ${requestsOf(plan, id)} requests a sample`),
  ].join('\n');
}

function requestsOf({ loadedRequests }: Results['plan'], id: WorkloadId): number {
  return loadedRequests * workloads[id].weight;
}

function measured(results: Results): GatewayName[] {
  return gatewayNames.filter((name) => results.summary[name] !== undefined);
}

function cpuTable(results: Results): string {
  const rows = measured(results).map((name) => [
    name,
    ...workloadIds.map((id) => cpuCell(results.summary[name]?.[id])),
  ]);
  const behind = results.summary.tollgate;
  if (behind !== undefined) {
    rows.push([
      'behind Tollgate',
      ...workloadIds.map((id) => {
        const value = behind[id]?.behindUs;
        return value === undefined ? NOTHING : value.toFixed(0);
      }),
    ]);
  }
  return table(['', ...workloadIds], rows);
}

function cpuCell(summary: Summary | undefined): string {
  if (summary === undefined) return NOTHING;
  return `${summary.cpuUs.toFixed(1)} ±${(summary.cpuSpread * 50).toFixed(0)}%`;
}

function targetTable(results: Results): string {
  const rows = judge(results).map(({ target, ratio, verdict }) => [
    titleOf(target),
    ratio === undefined ? NOTHING : ratio.toFixed(2),
    verdict,
  ]);
  return table(['', 'ratio', 'verdict'], rows);
}

function ratioTable(results: Results): string {
  const others = measured(results).filter((name) => name !== 'tollgate');
  const rows = others.map((name) => [
    name,
    ...workloadIds.map((id) => {
      const ratio = cpuRatio(results, id, { gateway: name, workload: id });
      return ratio === undefined ? NOTHING : ratio.toFixed(2);
    }),
  ]);
  return table(['', ...workloadIds], rows);
}

function latencyTable({ summary, ...results }: Results): string {
  const { direct } = summary;
  const kinds = workloadIds.flatMap((id) => [
    { id, of: (one: Summary): Latency => one.single },
    { id, of: (one: Summary): Latency => one.loaded },
  ]);
  const rows = measured({ summary, ...results }).map((name) => [
    name,
    ...kinds.map(({ id, of }) => added(summary[name]?.[id], direct?.[id], of)),
  ]);
  const own = kinds.map(({ id, of }) => {
    const one = direct?.[id];
    return one === undefined ? NOTHING : pair(of(one));
  });
  const heads = workloadIds.flatMap((id) => [`${id}, 1 conn.`, `${id}, 16 conn.`]);
  return table(['', ...heads], [['direct call', ...own], ...rows]);
}

function added(
  through: Summary | undefined,
  direct: Summary | undefined,
  of: (summary: Summary) => Latency,
): string {
  if (through === undefined || direct === undefined) return NOTHING;
  const [a, b] = [of(through), of(direct)];
  return pair({ p50Us: a.p50Us - b.p50Us, p99Us: a.p99Us - b.p99Us });
}

function pair({ p50Us, p99Us }: Latency): string {
  return `${p50Us.toFixed(0)} / ${p99Us.toFixed(0)}`;
}

/** With the number of streams, if there could not be as many as were asked for. */
function streamCell({ kbPerStream, streams }: IdleResult, wanted: number): string {
  const cell = kbPerStream.toFixed(1);
  return streams === wanted ? cell : `${cell} (${streams.toLocaleString('en')})`;
}

function memoryTable(results: Results): string {
  const rows = measured(results).map((name) => {
    const idle = results.idle[name];
    const kilobytes = workloadIds.map((id) => results.summary[name]?.[id]?.residentKb ?? 0);
    return [
      name,
      (Math.max(...kilobytes) / 1_024).toFixed(0),
      idle === undefined ? NOTHING : (idle.beforeKb / 1_024).toFixed(0),
      idle === undefined ? NOTHING : streamCell(idle, results.plan.idleStreams),
    ];
  });
  const streams = results.plan.idleStreams.toLocaleString('en');
  return table(
    ['', 'RSS under load, MB', 'RSS after a start, MB', `KB a stream (${streams} idle streams)`],
    rows,
  );
}
