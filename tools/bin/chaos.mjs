/** npm run chaos: seeded faults on real servers, and the invariants after each (apps/chaos-e2e). */
import { runCommand } from '../workspace/command.mjs';
import { inRoot } from '../workspace/paths.mjs';
import { handOver } from '../workspace/processes.mjs';

const hooks = inRoot('libs', 'testing', 'typescript-hooks.mjs');
const nodeOptions = ['--conditions', '@tollgate/source', '--import', hooks];
await runCommand({ built: true }, () =>
  handOver('apps/chaos-e2e/run.ts', process.argv.slice(2), { nodeOptions }),
);
