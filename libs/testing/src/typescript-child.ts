import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Options of Node under which a process runs TypeScript sources, its libraries from source too. */
export function typeScriptOptions(): readonly string[] {
  const hooks = new URL('../typescript-hooks.mjs', import.meta.url).href;
  return ['--conditions', '@tollgate/source', '--import', hooks];
}

/**
 * Starts a TypeScript source in a process of its own, with an IPC channel; the caller ends it. Libraries come from
 * source, as in the test itself.
 */
export function startTypeScript(path: string, args: readonly string[] = []): ChildProcess {
  return spawn(
    process.execPath,
    [...typeScriptOptions(), path.startsWith('file:') ? fileURLToPath(path) : path, ...args],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
}
