import { OVERLOADED_WORKLOADS, type OverloadResult } from '../measure/overload.ts';
import { type Results } from '../results.ts';
import { table } from './table.ts';

/** What is in a report only if it was asked for. */
export function overloadSection({ overload }: Results): string[] {
  const rows = OVERLOADED_WORKLOADS.flatMap((id) => {
    const result = overload[id];
    return result === undefined ? [] : [[id, ...overloadCells(result)]];
  });
  if (rows.length === 0) return [];
  const heads = ['', 'peak', 'offered', 'served', 'of peak', 'refused', 'unsent'];
  const details = OVERLOADED_WORKLOADS.flatMap((id) => {
    const result = overload[id];
    return result === undefined ? [] : [[id, ...detailCells(result)]];
  });
  const more = [
    '',
    'served, ms',
    'refused, ms',
    'refused newcomers, ms',
    'CPU at the peak, µs',
    'CPU overloaded, µs',
    'RSS before, MB',
    'RSS at most, MB',
  ];
  return [
    `### Tollgate, asked for three times what it can do\n\nRequests a second:\n\n${table(heads, rows)}\n\nTimes (p50 / p99), CPU time a request that is served, and memory:\n\n${table(more, details)}`,
  ];
}

function overloadCells(result: OverloadResult): string[] {
  const { peak, offered, served, servedShare, refused, unsent } = result;
  const share = `${(servedShare * 100).toFixed(0)} %`;
  return [whole(peak), whole(offered), whole(served), share, whole(refused), whole(unsent)];
}

function detailCells(result: OverloadResult): string[] {
  return [
    `${ms(result.servedP50Us)} / ${ms(result.servedP99Us)}`,
    `${ms(result.refusedP50Us)} / ${ms(result.refusedP99Us)}`,
    `${ms(result.newcomersP50Us)} / ${ms(result.newcomersP99Us)}`,
    whole(result.peakCpuUs),
    whole(result.servedCpuUs),
    (result.beforeKb / 1_024).toFixed(0),
    (result.residentKb / 1_024).toFixed(0),
  ];
}

export function keyWalkSection({ keyWalk }: Results): string[] {
  if (keyWalk.length === 0) return [];
  const rows = keyWalk.map(({ keys, cpuUs, residentKb }) => [
    keys.toLocaleString('en'),
    cpuUs.toFixed(1),
    (residentKb / 1_024).toFixed(0),
  ]);
  return [
    `### keyed, J1 with a key that it has not seen yet each time\n\n${table(['keys seen', 'CPU, µs a request', 'RSS, MB'], rows)}`,
  ];
}

function whole(value: number): string {
  return value.toFixed(0);
}

function ms(microseconds: number): string {
  return (microseconds / 1_000).toFixed(0);
}
