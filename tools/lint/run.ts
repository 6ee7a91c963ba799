/** Runs every static check and says at the end which of them failed. `--fix` lets ESLint and Prettier mend. */
import { type StdioOptions } from 'node:child_process';
import { inRoot, root } from '../workspace/paths.mjs';
import { runToEnd } from '../workspace/processes.mjs';
import { checkModules } from './modules.ts';

const fix = process.argv.includes('--fix');

/** @returns true if the program found nothing */
async function passes(
  script: string,
  scriptArguments: string[],
  stdio: StdioOptions = 'inherit',
): Promise<boolean> {
  const status = await runToEnd(process.execPath, [inRoot('node_modules', script), ...scriptArguments], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false' },
    stdio,
  });
  return status === 0;
}

/**
 * ESLint's boundary rule reads the project graph that Nx left on disk. Without one it warns and passes
 * everything, with an old one it judges projects that are no more: so the graph is always made first.
 */
async function checkSources(): Promise<boolean> {
  const hasGraph = await passes('nx/dist/bin/nx.js', ['show', 'projects'], ['ignore', 'ignore', 'inherit']);
  return hasGraph && passes('eslint/bin/eslint.js', ['.', '--max-warnings', '0', ...(fix ? ['--fix'] : [])]);
}

const checks: [string, () => Promise<boolean>][] = [
  ['eslint', checkSources],
  ['dependency-cruiser', async () => checkModules(root)],
  [
    'prettier',
    () => passes('prettier/bin/prettier.cjs', [fix ? '--write' : '--check', '--log-level', 'warn', '.']),
  ],
];

const failed: string[] = [];
for (const [name, check] of checks) {
  process.stdout.write(`${name} …\n`);
  if (!(await check())) failed.push(name);
}
process.stdout.write(failed.length === 0 ? 'lint passed\n' : `lint failed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
