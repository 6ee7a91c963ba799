/** npm run build: compiles what is stale. */
import { runCommand } from '../workspace/command.mjs';

await runCommand({ built: true }, async () => 0);
