import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '@tollgate/persistence/embedded';
import { noopLogger } from '@tollgate/telemetry';
import { freePort } from './ports.js';
import { type PrivateServer } from './private-server.js';
import { type ServersFolder } from './servers-folder.js';

type EmbeddedPostgres = Awaited<ReturnType<typeof startEmbeddedPostgres>>;

/**
 * Room for many spec files at once. Nothing here outlives the machine's power, so nothing waits for the disk; what was
 * committed must outlive a kill -9 all the same, so commits do wait for the operating system.
 */
const parameters = { max_connections: '200', fsync: 'off', full_page_writes: 'off' };

const killTimeoutMs = 5_000;

/** The same embedded Postgres that the standalone gateway runs on. */
export async function startPostgresServer(folder: ServersFolder): Promise<PrivateServer> {
  const server = new PostgresServer(folder.dataDirectory('postgres'), await freePort());
  await server.restart();
  return server;
}

class PostgresServer implements PrivateServer {
  private running: EmbeddedPostgres | undefined;
  private lastUrl = '';

  constructor(
    private readonly dataDirectory: string,
    readonly port: number,
  ) {}

  get url(): string {
    return this.lastUrl;
  }

  async restart(): Promise<void> {
    await this.stop();
    const { dataDirectory, port } = this;
    this.running = await startEmbeddedPostgres({ dataDirectory, port, parameters, logger: noopLogger });
    this.lastUrl = this.running.url;
  }

  async stop(): Promise<void> {
    const running = this.running;
    this.running = undefined;
    await running?.stop();
  }

  async kill(): Promise<void> {
    const pid = this.postmasterPid();
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
      await ended(pid);
    }
    await this.stop();
  }

  async loseData(): Promise<void> {
    await this.kill();
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }

  /** To the postmaster, then to its backends: a stopped one starts no further. */
  signal(name: NodeJS.Signals): void {
    const pid = this.postmasterPid();
    if (pid === undefined) return;
    process.kill(pid, name);
    for (const child of childrenOf(pid)) process.kill(child, name);
  }

  private postmasterPid(): number | undefined {
    const file = join(this.dataDirectory, 'postmaster.pid');
    if (this.running === undefined || !existsSync(file)) return undefined;
    return Number(readFileSync(file, 'utf8').split('\n')[0]);
  }
}

/** Where there is no /proc (macOS), none are seen. */
function childrenOf(pid: number): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : [];
}

async function ended(pid: number): Promise<void> {
  const deadline = Date.now() + killTimeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`Postgres ${pid} is still there after a kill -9.`);
    await delay(10);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
