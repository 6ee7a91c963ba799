/** npm run dev: the four services as four processes on real NATS, Postgres and Redis. */
import { runCommand } from '../workspace/command.mjs';
import { handOver } from '../workspace/processes.mjs';

await runCommand({ built: true }, () => handOver('tools/dev/run.ts', process.argv.slice(2)));
