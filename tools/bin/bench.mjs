/** npm run bench: Tollgate beside nginx, a bare proxy and a peer, in one run on one machine. */
import { runCommand } from '../workspace/command.mjs';
import { handOver } from '../workspace/processes.mjs';

await runCommand({ built: true }, () => handOver('bench/src/main.ts', process.argv.slice(2)));
