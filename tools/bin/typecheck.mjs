/** npm run typecheck: the types of everything, tests and tools included. */
import { runCommand } from '../workspace/command.mjs';
import { inRoot, pinnedNode, root } from '../workspace/paths.mjs';
import { runToEnd } from '../workspace/processes.mjs';

const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc');
await runCommand({ built: true }, () =>
  runToEnd(pinnedNode, [compiler, '--project', 'tsconfig.check.json'], { cwd: root }),
);
