import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './installation.mjs';

/**
 * The frame of every command: what it needs is made first, and a failure is one line, not a stack.
 *
 * @param {{built?: boolean}} needs packages are always installed; `built` compiles what is stale
 * @param {() => Promise<number>} run returns the exit status
 */
export async function runCommand({ built = false }, run) {
  try {
    await ensureInstalled();
    if (built) await ensureBuilt();
    process.exitCode = await run();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
