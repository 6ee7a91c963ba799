/** Starts the servers that tests need, prints the variables that name them, and stops them at Ctrl-C. */
import { once } from 'node:events';
import { startTestServers } from '../test/test-servers.ts';

const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
const { environment, stop } = await startTestServers();
for (const [name, value] of Object.entries(environment)) process.stdout.write(`export ${name}=${value}\n`);
process.stdout.write('# Ctrl-C stops them.\n');
const alive = setInterval(() => undefined, 60_000);
await stopped;
clearInterval(alive);
await stop();
