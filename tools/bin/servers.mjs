/** npm run servers: private Postgres, NATS and Redis until Ctrl-C, for running single spec files quickly. */
import { runCommand } from '../workspace/command.mjs';
import { handOver } from '../workspace/processes.mjs';

await runCommand({ built: true }, () => handOver('tools/servers/run.ts', process.argv.slice(2)));
