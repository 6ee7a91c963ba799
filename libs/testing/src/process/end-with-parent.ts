import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Waits for a line, and is done; or for the end of its input without one: then it kills the process, unless its number
 * belongs to somebody else by now. A shell, since it must outlive a kill -9 of this process and cost nothing until then.
 */
const guard = `
read -r _ && exit 0
if [ -r "/proc/$1/cmdline" ]; then command=$(tr '\\0' ' ' < "/proc/$1/cmdline"); else command=$(ps -o command= -p "$1"); fi
case "$command" in *"$2"*) kill -9 "$1" 2> /dev/null ;; esac
`;

/** Lets a child process end with this one, also when this one is killed and can't see to it. `script`: what the child runs. */
export function endWithParent(child: ChildProcess, script: string): void {
  if (child.pid === undefined) return;
  const shell = spawn('sh', ['-c', guard, 'tollgate-guard', String(child.pid), script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  shell.stdin.on('error', () => undefined); // It was killed as well: nobody is left to be told.
  child.once('exit', () => shell.stdin.end('done\n'));
}
