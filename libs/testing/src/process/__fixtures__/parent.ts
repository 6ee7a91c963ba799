/** A process that has a child, tells its parent which, and runs until it is killed: for the test of guards. */
import { spawn } from 'node:child_process';
import { endWithParent } from '../end-with-parent.js';

const script = 'setInterval(() => undefined, 60_000)';
const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
endWithParent(child, script);
process.send?.({ pid: child.pid });
if (process.argv.includes('--end-child')) {
  child.once('exit', () => process.send?.({ ended: true }));
  child.kill();
}
setInterval(() => undefined, 60_000);
