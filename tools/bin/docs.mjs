/** npm run docs: the pages and golden snapshots that are generated, written anew. */
import { pathToFileURL } from 'node:url';
import { runCommand } from '../workspace/command.mjs';
import { inRoot } from '../workspace/paths.mjs';
import { handOver } from '../workspace/processes.mjs';

// Libraries run from source: what is written shows what the tests see, built or not.
const fromSource = [
  ...['--conditions', '@tollgate/source'],
  ...['--import', pathToFileURL(inRoot('libs', 'testing', 'typescript-hooks.mjs')).href],
];

await runCommand({}, () => handOver('tools/docs/run.ts', process.argv.slice(2), { nodeOptions: fromSource }));
