/**
 * npm run chaos -- --seeds 1,2,3 | --count 20 --from 1 [--steps 7] [--minutes 30] [--fault "proxy-1 killed"] [--report]
 *
 * `--minutes`: no seed is begun after so long. `--report`: writes docs/chaos-report.md.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FAULTS } from './faults/catalogue.js';
import { reportOf } from './report.js';
import { runSeed, type SeedResult } from './run-seed.js';
import { describeStep } from './schedule.js';

const REPORT = fileURLToPath(new URL('../../docs/chaos-report.md', import.meta.url));

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    count: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: '7' },
    minutes: { type: 'string', default: '60' },
    fault: { type: 'string', multiple: true },
    report: { type: 'boolean', default: false },
  },
});

function seedsWanted(): number[] {
  if (values.seeds !== undefined) return values.seeds.split(',').map(Number);
  return Array.from({ length: Number(values.count) }, (_, index) => Number(values.from) + index);
}

async function main(): Promise<void> {
  const deadline = performance.now() + Number(values.minutes) * 60_000;
  const faults = values.fault ?? Object.keys(FAULTS);
  const results: SeedResult[] = [];
  for (const seed of seedsWanted()) {
    if (performance.now() > deadline) break;
    say(`Seed ${seed}`);
    const result = await runSeed({ seed, steps: Number(values.steps), faults, say });
    results.push(result);
    // After each seed: a run that is broken off leaves what it has.
    if (values.report) await writeFile(REPORT, await reportOf({ results, at: new Date() }));
    say(
      `  ${result.violations.length === 0 ? 'passed' : 'failed'} in ${Math.round(result.durationMs / 1_000)} s`,
    );
    if (result.violations.length > 0) tell(result);
  }
  const failed = results.filter(({ violations }) => violations.length > 0);
  say(`${results.length - failed.length} seeds passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

function tell({ seed, schedule, violations }: SeedResult): void {
  say(`Seed ${seed} failed. Its schedule:`);
  schedule.forEach((step, index) => say(`  ${index + 1}. ${describeStep(step)}`));
  violations.slice(0, 20).forEach((violation) => say(`  ✗ ${violation}`));
  if (violations.length > 20) say(`  ✗ and ${violations.length - 20} more`);
  say(`Again: npm run chaos -- --seeds ${seed} --steps ${schedule.length}`);
}

await main();
