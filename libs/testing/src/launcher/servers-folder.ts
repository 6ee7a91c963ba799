import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../process/is-alive.js';

const temporaryPrefix = 'tollgate-servers-';

/**
 * Waits for the end of its input, then kills the servers that the folder names and removes the folder.
 * A shell, since it must outlive a kill -9 of this process and cost nothing until then. A server is killed only
 * if its command line still names the folder: its number may belong to somebody else by now. Postgres has a watchdog
 * of its own, which stops it gently; that is too slow only for data that is to be removed.
 */
const cleaner = `
folder=$1 keep=$2
command_of() { if [ -r "/proc/$1/cmdline" ]; then tr '\\0' ' ' < "/proc/$1/cmdline"; else ps -o command= -p "$1"; fi; }
cat > /dev/null
for file in "$folder"/*.pid "$folder"/postgres/postmaster.pid; do
  [ -f "$file" ] || continue
  [ "$keep/\${file##*/}" = keep/postmaster.pid ] && continue
  read -r pid < "$file"
  case "$(command_of "$pid" 2> /dev/null)" in *"$folder"*) kill -9 "$pid" 2> /dev/null ;; esac
done
[ "$keep" = keep ] || rm -rf "$folder" 2> /dev/null || { sleep 1; rm -rf "$folder"; }
`;

/**
 * The one folder in which private servers keep their data, logs and process numbers, and the guard that
 * stops them and removes it if this process is killed.
 */
export class ServersFolder {
  private constructor(
    readonly path: string,
    private readonly keep: boolean,
    private readonly guard: ChildProcess,
  ) {}

  /** A temporary folder; what earlier launchers left behind (their guard killed too) is removed first. */
  static temporary(): ServersFolder {
    for (const name of readdirSync(tmpdir())) {
      const folder = join(tmpdir(), name);
      if (name.startsWith(temporaryPrefix) && isAbandoned(folder)) clean(folder, false);
    }
    return ServersFolder.guarded(mkdtempSync(join(tmpdir(), temporaryPrefix)), false);
  }

  /**
   * A folder that stays, data and all.
   *
   * @throws Error if another launcher uses it right now
   */
  static lasting(path: string): ServersFolder {
    mkdirSync(path, { recursive: true });
    if (existsSync(ownerFile(path))) {
      if (!isAbandoned(path)) throw new Error(`The servers in ${path} are already running.`);
      clean(path, true);
    }
    return ServersFolder.guarded(path, true);
  }

  private static guarded(path: string, keep: boolean): ServersFolder {
    chmodSync(path, 0o711); // Postgres refuses to run as root; the account it gets must pass through.
    const guard = spawn('sh', ['-c', cleaner, 'tollgate-guard', path, keep ? 'keep' : 'remove'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    guard.unref();
    writeFileSync(ownerFile(path), `${process.pid}\n${guard.pid ?? ''}\n`);
    return new ServersFolder(path, keep, guard);
  }

  /** Where one server keeps its data; the server makes it. */
  dataDirectory(server: string): string {
    return join(this.path, server);
  }

  logFile(server: string): string {
    return join(this.path, `${server}.log`);
  }

  /** Where the number of a server's process stands for the guard. */
  pidFile(server: string): string {
    return join(this.path, `${server}.pid`);
  }

  /** After the servers stopped: lets the guard go, which removes a temporary folder. */
  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.guard.once('close', resolve));
    this.guard.ref();
    this.guard.stdin?.end();
    if (this.guard.exitCode === null && this.guard.signalCode === null) await gone;
    if (this.keep) writeFileSync(ownerFile(this.path), '');
  }
}

function ownerFile(folder: string): string {
  return join(folder, 'owner');
}

function isAbandoned(folder: string): boolean {
  try {
    const numbers = readFileSync(ownerFile(folder), 'utf8').split('\n').filter(Boolean).map(Number);
    return !numbers.some(isAlive);
  } catch {
    return false; // Just being made by another launcher, or not ours to judge.
  }
}

function clean(folder: string, keep: boolean): void {
  spawnSync('sh', ['-c', cleaner, 'tollgate-guard', folder, keep ? 'keep' : 'remove'], { stdio: 'ignore' });
}
