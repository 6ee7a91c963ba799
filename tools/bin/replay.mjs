/** npm run replay -- <folder>: recorded answers of vendors, read through the gateway by the SDK of every dialect. */
import { runCommand } from '../workspace/command.mjs';
import { handOver } from '../workspace/processes.mjs';

await runCommand({ built: true }, () => handOver('tools/replay/run.ts', process.argv.slice(2)));
