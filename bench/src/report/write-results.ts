import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../../tools/workspace/paths.mjs';
import { type Results } from '../results.ts';
import { report } from './report.ts';

/** @returns the folder written to, as a path inside the workspace */
export function writeResults(results: Results): string {
  // Figures of a smoke run are not for keeping.
  const folder = results.plan.mode === 'full' ? 'bench/results' : 'bench/.cache/results';
  const name = `${results.date}-node-${results.machine.node}.json`;
  mkdirSync(inRoot(folder), { recursive: true });
  writeFileSync(join(inRoot(folder), name), `${JSON.stringify(results, rounded)}\n`);
  const page = `# The last run\n\nWritten by \`npm run bench\`; how to read it: [bench/README.md](../README.md). All samples: [${name}](${name}).\n\n${report(results)}`;
  writeFileSync(inRoot(folder, 'README.md'), page);
  return folder;
}

/** Thousands of samples stay a small file; nothing is measured to more than five digits. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value;
}
