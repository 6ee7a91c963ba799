import { cpus } from 'node:os';
import { format } from 'prettier';
import { describeStep } from './schedule.js';
import type { SeedResult, StepResult } from './run-seed.js';

export interface ReportInput {
  readonly results: readonly SeedResult[];
  readonly at: Date;
}

/** The page that a run leaves behind, in Markdown. */
export async function reportOf({ results, at }: ReportInput): Promise<string> {
  const passed = results.filter(({ violations }) => violations.length === 0);
  const steps = results.flatMap((result) => result.results);
  const page = [
    '# Report of the chaos suite',
    `Written by \`npm run chaos\` on ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC, Node ${process.version}, ${cpus().length} processors shared with other work. What is played and checked stands in [apps/chaos-e2e](../apps/chaos-e2e/README.md).`,
    `**${passed.length} of ${results.length} seeds passed.** ${steps.length} faults were played under traffic, and every invariant was checked after each.`,
    ...failures(results),
    '## Seeds',
    seedTable(results),
    '## Requests, by how they ended for the client',
    countTable(
      'ending',
      results.map(({ requests }) => Object.entries(requests)),
    ),
    '## Refusals, by their code',
    countTable(
      'code',
      results.map(({ refusals }) => [...refusals]),
    ),
    '## Faults',
    'Settled: from the end of traffic until every invariant held; 2 s of it are the idle time after which proxies give back what they hold.',
    faultTable(steps),
    ...skipped(steps),
  ];
  return format(page.join('\n\n'), { parser: 'markdown', printWidth: 120 });
}

function failures(results: readonly SeedResult[]): string[] {
  return results
    .filter(({ violations }) => violations.length > 0)
    .map(({ seed, schedule, results: played, violations }) =>
      [
        `## Seed ${seed} failed`,
        `After ${describeStep(schedule[played.length - 1] ?? { fault: 'the end', holdMs: 0 })}:`,
        violations
          .slice(0, 10)
          .map((violation) => `- ${violation.split('\n')[0] ?? ''}`)
          .join('\n'),
        `Again: \`npm run chaos -- --seeds ${seed} --steps ${schedule.length}\``,
      ].join('\n\n'),
    );
}

function seedTable(results: readonly SeedResult[]): string {
  const rows = results.map((result) => {
    const { seed, requests, records, results: played, normalLatencyMs, durationMs, violations } = result;
    return [
      seed,
      played.length,
      sum(Object.values(requests)),
      requests.complete,
      records,
      seconds(Math.max(...played.map(({ settledAfterMs }) => settledAfterMs))),
      `${normalLatencyMs.toFixed(1)} ms`,
      `${Math.max(...played.map(({ latencyMs }) => latencyMs)).toFixed(1)} ms`,
      seconds(durationMs),
      violations.length === 0 ? 'passed' : 'failed',
    ];
  });
  const head = [
    ...['seed', 'faults', 'requests', 'answered whole', 'usage records', 'settled, longest'],
    ...['p50 before', 'p50 after, longest', 'took', 'result'],
  ];
  return table(head, rows);
}

/** Sums over all seeds, the most frequent first. */
function countTable(name: string, counted: readonly (readonly (readonly [string, number])[])[]): string {
  const counts = new Map<string, number>();
  for (const [key, count] of counted.flat()) counts.set(key, (counts.get(key) ?? 0) + count);
  return table(
    [name, 'requests'],
    [...counts].sort(([, a], [, b]) => b - a),
  );
}

function faultTable(steps: readonly StepResult[]): string {
  const played = steps.filter(({ skipped: reason }) => reason === undefined);
  const names = [...new Set(played.map(({ step }) => step.fault))].sort();
  const rows = names.map((name) => {
    const own = played.filter(({ step }) => step.fault === name);
    const requests = own.map((result) => sum(Object.values(result.requests)));
    const whole = own.map((result) => result.requests.complete);
    const settled = Math.max(...own.map(({ settledAfterMs }) => settledAfterMs));
    return [name, own.length, sum(requests), sum(whole), seconds(settled)];
  });
  return table(['fault', 'times', 'requests', 'answered whole', 'settled, longest'], rows);
}

function skipped(steps: readonly StepResult[]): string[] {
  const reasons = new Set(
    steps.flatMap(({ step, skipped: reason }) =>
      reason === undefined ? [] : [`- ${step.fault}: ${reason}.`],
    ),
  );
  return reasons.size === 0 ? [] : ['## Not played', [...reasons].join('\n')];
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
