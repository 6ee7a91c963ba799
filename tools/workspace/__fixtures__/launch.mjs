/** A command like those in tools/bin: hands over to the script that counts signals. */
import { handOver } from '../processes.mjs';

process.exitCode = await handOver('tools/workspace/__fixtures__/count-signals.mjs', []);
