import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../thrown.js';
import { findBinaries } from './binaries.js';
import { EMBEDDED_USER, prepareDataDirectory } from './data-directory.js';
import { lockDirectory, type DirectoryLock } from './directory-lock.js';
import { embeddedFailure } from './embedded-failure.js';
import { freePort } from './free-port.js';
import { stopOrphan } from './orphan.js';
import { Postmaster } from './postmaster.js';
import { serverArguments } from './server-arguments.js';
import { chooseIdentity, runAs, type RunAs, type ServerIdentity } from './server-identity.js';
import { startWatchdog } from './watchdog.js';
import { type LoggerPort } from '../logger-port.js';

export interface EmbeddedPostgresOptions {
  /** Made when absent. What stands beside it under its name: `.lock`, and `.initializing-*` while it is made. */
  readonly dataDirectory: string;
  readonly logger: LoggerPort;
  /** On 127.0.0.1; default: a free one. */
  readonly port?: number;
  /** Postgres settings that win over ours, e.g. `{ fsync: 'off' }` for tests. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Stop the server when this process dies, however it dies. Default `true`. */
  readonly diesWithParent?: boolean;
}

export interface EmbeddedPostgres {
  /** `postgres://user:password@127.0.0.1:port/postgres`: a secret. */
  readonly url: string;
  /** Fast shutdown; resolves when the server has ended. A second call waits for the first. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const DATABASE = 'postgres';
const PORT_ATTEMPTS_MAX = 5;
/** Backends of a killed postmaster notice within moments; until then Postgres refuses to start. */
const LEFT_BACKENDS_TIMEOUT_MS = 15_000;
const LEFT_BACKENDS_POLL_MS = 100;

/**
 * Starts a real Postgres on a data directory, from the binaries that npm installed, and makes the directory when it is
 * absent. Never two servers on one directory, and never a directory deleted; a server that a killed process left
 * behind is stopped first.
 *
 * @throws GatewayError `service_unavailable` in one line: what is wrong, where, what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDirectory = resolve(options.dataDirectory);
  const binaries = findBinaries();
  makeParent(dataDirectory);
  const identity = chooseIdentity(dataDirectory);
  const asServer = runAs(identity, [binaries.postgres, dataDirectory]);
  const lock = lockDirectory(dataDirectory);
  try {
    await stopOrphan(dataDirectory, options.logger);
    const durable = options.parameters?.['fsync'] !== 'off';
    const password = await prepareDataDirectory({ dataDirectory, binaries, identity, asServer, durable });
    const launch = { ...options, dataDirectory, identity, asServer, executable: binaries.postgres };
    const { postmaster, port } = await launchServer(launch);
    const url = `postgres://${EMBEDDED_USER}:${password}@${HOST}:${String(port)}/${DATABASE}`;
    return runningServer(url, postmaster, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Launch extends EmbeddedPostgresOptions {
  readonly identity: ServerIdentity | undefined;
  readonly asServer: RunAs;
  readonly executable: string;
}

function makeParent(dataDirectory: string): void {
  const parent = dirname(dataDirectory);
  try {
    mkdirSync(parent, { recursive: true });
  } catch (error) {
    const reason = messageOf(error);
    throw embeddedFailure(
      `The folder ${parent} can't be made (${reason}): use another data directory.`,
      error,
    );
  }
}

/** From the first moment on, and until the server has ended: its number may then go to another process. */
function watch(postmaster: Postmaster, { diesWithParent = true, identity, logger }: Launch): void {
  const { pid } = postmaster;
  if (!diesWithParent || pid === undefined) return;
  const watchdog = startWatchdog(pid, identity, logger);
  void postmaster.ended.then(() => {
    watchdog.dismiss();
  });
}

function runningServer(url: string, postmaster: Postmaster, lock: DirectoryLock): EmbeddedPostgres {
  // Also when it ends by itself.
  const letGo = postmaster.ended.then(() => {
    lock.release();
  });
  let stopped: Promise<void> | undefined;
  return {
    url,
    stop: () => (stopped ??= postmaster.stop().then(() => letGo)),
  };
}

async function launchServer(
  launch: Launch,
): Promise<{ readonly postmaster: Postmaster; readonly port: number }> {
  const deadline = performance.now() + LEFT_BACKENDS_TIMEOUT_MS;
  for (let portAttempts = 1; ;) {
    const port = launch.port ?? (await freePort(HOST));
    const { executable, asServer, logger, dataDirectory, parameters = {} } = launch;
    const postmaster = new Postmaster({
      command: asServer(executable, serverArguments({ dataDirectory, host: HOST, port, parameters })),
      logger,
    });
    watch(postmaster, launch);
    const outcome = await postmaster.start();
    if (outcome.kind === 'ready') return { postmaster, port };
    const { said } = outcome;
    if (
      /shared memory block .*still in use|lock file .* already exists/.test(said) &&
      performance.now() < deadline
    ) {
      await pause(LEFT_BACKENDS_POLL_MS);
    } else if (/TCP\/IP socket/.test(said) && launch.port === undefined && portAttempts < PORT_ATTEMPTS_MAX) {
      portAttempts += 1;
    } else {
      throw refusal(said, port, dataDirectory);
    }
  }
}

function refusal(said: string, port: number, dataDirectory: string): Error {
  if (/TCP\/IP socket/.test(said)) {
    return embeddedFailure(
      `The embedded Postgres can't listen on ${HOST}:${String(port)}: another program has that port. ` +
        'Choose another port, or leave the choice to Tollgate.',
    );
  }
  return embeddedFailure(
    `Postgres can't use the data directory ${dataDirectory}: ${said.replace(/\.$/, '')}. Repair that, restore the ` +
      'directory from a backup, or move it away to start anew. Nothing was deleted.',
  );
}
