/** npm test: every test of the workspace. `--unit`: only those that need no server; all else goes to Jest. */
import { runCommand } from '../workspace/command.mjs';
import { handOver } from '../workspace/processes.mjs';

const built = !process.argv.includes('--unit');
await runCommand({ built }, () => handOver('tools/test/run.ts', process.argv.slice(2)));
