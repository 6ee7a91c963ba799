import { type GatewayName } from '../gateways/gateway.ts';
import { type IdleResult } from '../measure/idle.ts';
import { type Latency } from '../measure/statistics.ts';
import { type LoadedSummary, type Results } from '../results.ts';
import { workloadIds, workloads, type WorkloadId } from '../workloads.ts';
import { keyWalkSection, overloadSection } from './more-sections.ts';
import { table } from './table.ts';
import { addedTime, cpuRatio, judge, latencies, type Load } from './targets.ts';

export const gatewayNames: readonly GatewayName[] = [
  ...(['nginx', 'bare', 'tollgate', 'crowded', 'workers', 'keyed', 'portkey'] as const),
];
const NOTHING = '–';
/** Of a gateway, while its aftermath is done beside it. */
const BESIDE = ', billing beside it';

/** The run in Markdown, for the terminal and for `bench/results`. */
export function report(results: Results): string {
  const sections = [
    facts(results),
    `### CPU time of the gateway, µs a request (16 connections)\n\n${cpuTable(results)}`,
    `### Targets\n\n${targetTable(results)}`,
    `### Tollgate's CPU time as a multiple of the others'\n\n${ratioTable(results)}`,
    `### Time that a gateway adds to the direct call, µs (p50 / p99)\n\n${latencyTable(results)}`,
    `### Time that a gateway adds at a steady rate, µs (p50 / p99)\n\n${steadyTable(results)}`,
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
    ...workloadIds.map((id) => `- ${id}: ${workloads[id].title}, ${requestsOf(plan, id)}`),
  ].join('\n');
}

function requestsOf({ slices, sliceRequests }: Results['plan'], id: WorkloadId): string {
  return `${slices} times ${sliceRequests * workloads[id].weight} requests a round`;
}

function measured(results: Results): GatewayName[] {
  return gatewayNames.filter((name) => results.summary[name] !== undefined);
}

function cpuTable(results: Results): string {
  const rows = measured(results).flatMap((name) => {
    const of = results.summary[name];
    const alone = [name, ...workloadIds.map((id) => cpuCell(of?.[id]?.loaded))];
    if (!hasAftermath(of)) return [alone];
    return [alone, [name + BESIDE, ...workloadIds.map((id) => cpuCell(of?.[id]?.besideAftermath))]];
  });
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

function hasAftermath(of: Results['summary'][GatewayName]): boolean {
  return workloadIds.some((id) => of?.[id]?.besideAftermath !== undefined);
}

function cpuCell(summary: LoadedSummary | undefined): string {
  if (summary === undefined) return NOTHING;
  return `${summary.cpuUs.toFixed(1)} ±${(summary.cpuSpread * 50).toFixed(0)}%`;
}

function targetTable(results: Results): string {
  const rows = judge(results).map(({ target, measured, verdict }) => [
    target.title,
    measured === undefined ? NOTHING : measured.toFixed(2),
    verdict,
  ]);
  return table(['', 'measured', 'verdict'], rows);
}

function ratioTable(results: Results): string {
  const others = measured(results).filter((name) => name !== 'tollgate');
  const rows = others.map((name) => [
    name,
    ...workloadIds.map((id) => {
      const ratio = cpuRatio(results.samples.tollgate?.[id], results.samples[name]?.[id]);
      return ratio === undefined ? NOTHING : ratio.toFixed(2);
    }),
  ]);
  return table(['', ...workloadIds], rows);
}

function latencyTable(results: Results): string {
  const { samples, summary } = results;
  const rows = measured(results).flatMap((name) => {
    const added = (id: WorkloadId, load: Load, directLoad: Load = load): string =>
      pair(addedTime(latencies(samples[name]?.[id], load), latencies(samples.direct?.[id], directLoad)));
    const cells = (id: WorkloadId): string[] => [added(id, 'single'), added(id, 'loaded')];
    const beside = (id: WorkloadId): string[] => [NOTHING, added(id, 'besideAftermath', 'loaded')];
    const alone = [name, ...workloadIds.flatMap(cells)];
    return hasAftermath(summary[name]) ? [alone, [name + BESIDE, ...workloadIds.flatMap(beside)]] : [alone];
  });
  const own = workloadIds.flatMap((id) => [
    pair(summary.direct?.[id]?.single),
    pair(summary.direct?.[id]?.loaded),
  ]);
  const heads = workloadIds.flatMap((id) => [`${id}, 1 conn.`, `${id}, 16 conn.`]);
  return table(['', ...heads], [['direct call', ...own], ...rows]);
}

/** Of the workloads that have a rate. */
function steadyTable(results: Results): string {
  const { samples, summary } = results;
  const ids = workloadIds.filter((id) => workloads[id].steadyRate !== undefined);
  const rows = measured(results).map((name) => [
    name,
    ...ids.map((id) =>
      pair(addedTime(latencies(samples[name]?.[id], 'steady'), latencies(samples.direct?.[id], 'steady'))),
    ),
  ]);
  const heads = ids.map(
    (id) => `${id}, 16 conn., ${workloads[id].steadyRate?.toLocaleString('en')} a second`,
  );
  return table(
    ['', ...heads],
    [['direct call', ...ids.map((id) => pair(summary.direct?.[id]?.steady))], ...rows],
  );
}

function pair(latency: Latency | undefined): string {
  return latency === undefined ? NOTHING : `${latency.p50Us.toFixed(0)} / ${latency.p99Us.toFixed(0)}`;
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
