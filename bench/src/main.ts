/** Tollgate beside nginx, a bare Node proxy and a peer, in one run on one machine: see bench/README.md. */
import { existsSync } from 'node:fs';
import { BenchWorld } from './bench-world.ts';
import { readOptions, type BenchOptions } from './options.ts';
import { profile } from './profile/profile.ts';
import { report } from './report/report.ts';
import { writeResults } from './report/write-results.ts';
import { runBench } from './run-bench.ts';

const SIGNAL_STATUS = 130;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function compare(world: BenchWorld, options: BenchOptions): Promise<void> {
  for (const name of options.gateways) {
    say(`starting ${name} …`);
    await world.add(name);
  }
  for (const reason of Object.values(world.skipped)) say(`Not measured: ${reason}.`);
  const results = await runBench(world, options, say);
  say(`\n${report(results)}`);
  say(`Written to ${writeResults(results)}.`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!existsSync('/proc/self/stat'))
    throw new Error('The bench reads CPU times from /proc: it needs Linux.');
  const world = await BenchWorld.start(options.size);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= world.stop());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(SIGNAL_STATUS)));
  }
  try {
    await (options.profile ? profile(world, options, say) : compare(world, options));
  } finally {
    await stop();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
