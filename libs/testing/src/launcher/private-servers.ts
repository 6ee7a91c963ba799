import { startNatsServer } from './nats-server.js';
import { startPostgresServer } from './postgres-server.js';
import { type PrivateServer } from './private-server.js';
import { startRedisServer } from './redis-server.js';
import { ServersFolder } from './servers-folder.js';

/** Which servers to start. */
export interface ServersWanted {
  readonly postgres?: boolean;
  readonly nats?: boolean;
  readonly redis?: boolean;
  /** Keep data in this folder instead of a temporary one. */
  readonly directory?: string;
}

/** Private servers in one folder. Asking for one that was not wanted throws. */
export interface PrivateServers {
  readonly postgres: PrivateServer;
  readonly nats: PrivateServer;
  readonly redis: PrivateServer;
  /** Stops all of them and removes the folder, unless it was given. */
  stop(): Promise<void>;
}

/**
 * Starts real servers of our own on free ports, at once and in seconds. They end with `stop()`, with this process,
 * and also when it is killed.
 *
 * @throws Error one line: which server, and what to install or what its log says
 */
export async function startServers(wanted: ServersWanted): Promise<PrivateServers> {
  const { directory } = wanted;
  const folder = directory === undefined ? ServersFolder.temporary() : ServersFolder.lasting(directory);
  const results = await Promise.allSettled([
    startIf(wanted.postgres, () => startPostgresServer(folder)),
    startIf(wanted.nats, () => startNatsServer(folder)),
    startIf(wanted.redis, () => startRedisServer(folder)),
  ]);
  const [postgres, nats, redis] = results.map((result) =>
    result.status === 'fulfilled' ? result.value : undefined,
  );
  const servers = new StartedServers(folder, { postgres, nats, redis });
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return servers;
  await servers.stop();
  throw failure.reason;
}

async function startIf(
  wanted: boolean | undefined,
  start: () => Promise<PrivateServer>,
): Promise<PrivateServer | undefined> {
  return wanted === true ? start() : undefined;
}

type ServerName = 'postgres' | 'nats' | 'redis';

class StartedServers implements PrivateServers {
  constructor(
    private readonly folder: ServersFolder,
    private readonly running: Readonly<Record<ServerName, PrivateServer | undefined>>,
  ) {}

  get postgres(): PrivateServer {
    return this.named('postgres');
  }

  get nats(): PrivateServer {
    return this.named('nats');
  }

  get redis(): PrivateServer {
    return this.named('redis');
  }

  async stop(): Promise<void> {
    const stops = await Promise.allSettled(Object.values(this.running).map(async (server) => server?.stop()));
    await this.folder.close();
    const failure = stops.find((stop) => stop.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  private named(name: ServerName): PrivateServer {
    const server = this.running[name];
    if (server === undefined) throw new Error(`The ${name} server was not started: ask startServers for it.`);
    return server;
  }
}
