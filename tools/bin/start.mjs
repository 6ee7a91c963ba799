/** npm start: the whole gateway in one process, nothing else needed. */
import { runCommand } from '../workspace/command.mjs';
import { handOver } from '../workspace/processes.mjs';

await runCommand({ built: true }, () =>
  handOver('apps/standalone/dist/main.js', process.argv.slice(2), { nodeOptions: ['--enable-source-maps'] }),
);
