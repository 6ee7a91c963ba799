/** npm run lint: style, boundaries between and inside libraries, format. */
import { runCommand } from '../workspace/command.mjs';
import { handOver } from '../workspace/processes.mjs';

await runCommand({}, () => handOver('tools/lint/run.ts', process.argv.slice(2)));
