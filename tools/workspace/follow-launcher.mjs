/**
 * Loaded first into a script that `handOver` runs: stops it, gently, when the launcher is gone without a word
 * (kill -9), which shows as the end of the pipe between them.
 */
import { Socket } from 'node:net';

const descriptor = process.env.TOLLGATE_LAUNCHER_PIPE;
// Children of the script inherit its options and environment, but not the pipe.
delete process.env.TOLLGATE_LAUNCHER_PIPE;

if (descriptor !== undefined) {
  const pipe = new Socket({ fd: Number(descriptor), readable: true, writable: false });
  pipe.on('error', () => undefined);
  pipe.on('close', () => process.kill(process.pid, 'SIGTERM'));
  pipe.resume();
  pipe.unref();
}
