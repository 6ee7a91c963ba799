import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Starts a TypeScript source in a process of its own, with an IPC channel; the caller ends it. Libraries come from
 * source, as in the test itself.
 */
export function startTypeScript(path: string, args: readonly string[] = []): ChildProcess {
  const hooks = new URL('../typescript-hooks.mjs', import.meta.url).href;
  const options = ['--conditions', '@tollgate/source', '--import', hooks];
  return spawn(
    process.execPath,
    [...options, path.startsWith('file:') ? fileURLToPath(path) : path, ...args],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
}
