import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { noopLogger } from '@tollgate/telemetry';
import { eventually, startTypeScript } from '@tollgate/testing';
import pg from 'pg';
import { isAlive } from './postmaster-file.js';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './start-embedded-postgres.js';

jest.setTimeout(60_000);

const PARENT = new URL('./__fixtures__/parent.ts', import.meta.url).href;
const quick = { fsync: 'off' };

describe('the embedded Postgres', () => {
  let folder: string;
  let directories = 0;
  let template: string | undefined;
  const servers: EmbeddedPostgres[] = [];
  const parents: ChildProcess[] = [];

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'tollgate-embedded-')));
    // As root, the server runs as another user and must get in.
    chmodSync(folder, 0o711);
  });
  afterEach(async () => {
    for (const parent of parents.splice(0)) parent.kill('SIGKILL');
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });

  const newDirectory = (): string => join(folder, `it's data ${String((directories += 1))}`);
  const start = async (
    dataDirectory: string,
    options: Partial<EmbeddedPostgresOptions> = {},
  ): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({
      dataDirectory,
      logger: noopLogger,
      parameters: quick,
      ...options,
    });
    servers.push(server);
    return server;
  };
  const refusal = (dataDirectory: string, options: Partial<EmbeddedPostgresOptions> = {}): Promise<string> =>
    start(dataDirectory, options).then(
      () => 'it started',
      (error: unknown) => (error as Error).message,
    );
  /** A data directory with one committed row, nothing running on it. */
  const madeDirectory = async (): Promise<string> => {
    if (template === undefined) {
      template = newDirectory();
      const server = await start(template);
      await query(server.url, 'create table kept (id int); insert into kept values (7)');
      await server.stop();
    }
    // Making one takes a second or two, copying one does not.
    const dataDirectory = newDirectory();
    execFileSync('cp', ['-a', template, dataDirectory]);
    return dataDirectory;
  };
  const startParent = async (
    dataDirectory: string,
    diesWithParent: boolean,
  ): Promise<{ readonly parent: ChildProcess; readonly pid: number }> => {
    const parent = startTypeScript(PARENT, [dataDirectory, String(diesWithParent)]);
    parents.push(parent);
    expect(await messageFrom(parent)).toEqual({ started: true });
    return { parent, pid: postmasterPid(dataDirectory) };
  };

  it('starts fresh: with a password that only the owner can read, and refuses another one', async () => {
    const dataDirectory = newDirectory();
    const server = await start(dataDirectory);
    expect(await query(server.url, 'select current_user as name')).toEqual([{ name: 'tollgate' }]);
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(query(wrong.toString(), 'select 1')).rejects.toThrow('password authentication failed');
    expect(await query(server.url, 'show password_encryption')).toEqual([
      { password_encryption: 'scram-sha-256' },
    ]);
    const passwordFile = join(dataDirectory, 'tollgate.password');
    expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
    expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
    expect(server.url).toContain(readFileSync(passwordFile, 'utf8').trim());
    expect(readdirSync(folder).filter((name) => name.includes('.initializing'))).toEqual([]);
  });

  it('starts again with its data, in moments', async () => {
    const dataDirectory = await madeDirectory();
    const began = performance.now();
    const server = await start(dataDirectory);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await query(server.url, 'select id from kept')).toEqual([{ id: 7 }]);
  });

  it('stops in order, and a second stop is harmless', async () => {
    const dataDirectory = await madeDirectory();
    const server = await start(dataDirectory);
    const pid = postmasterPid(dataDirectory);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(readdirSync(dataDirectory)).not.toContain('postmaster.pid');
  });

  it('refuses a directory that this process already serves, and one that another process serves', async () => {
    const dataDirectory = await madeDirectory();
    const { parent } = await startParent(dataDirectory, true);
    expect(await refusal(dataDirectory)).toBe(
      `The data directory ${dataDirectory} is in use by process ${String(parent.pid)}: ` +
        'stop that one, or use another directory.',
    );
    const own = await madeDirectory();
    const [first, second] = await Promise.allSettled([start(own), start(own)]);
    expect([first.status, second.status].toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('leaves no process behind when its parent is killed, and goes on at the next start', async () => {
    const dataDirectory = await madeDirectory();
    const { parent, pid } = await startParent(dataDirectory, true);
    parent.kill('SIGKILL');
    await eventually(() => !isAlive(pid), 'the end of the server');
    await eventually(() => watchdogsOf(pid).length === 0, 'the end of its watchdog');
    const server = await start(dataDirectory);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('stops the server that a killed parent left, then starts its own, with all that was committed', async () => {
    const dataDirectory = await madeDirectory();
    const { parent, pid } = await startParent(dataDirectory, false);
    parent.kill('SIGKILL');
    await eventually(() => parent.signalCode !== null, 'the end of the parent');
    expect(isAlive(pid)).toBe(true);
    const server = await start(dataDirectory);
    expect(isAlive(pid)).toBe(false);
    expect(await query(server.url, 'select id from kept')).toEqual([{ id: 7 }]);
  });

  it('is out of reach of Ctrl-C: its parent alone gets the signal, and stops it when it is done', async () => {
    const dataDirectory = await madeDirectory();
    const { parent, pid } = await startParent(dataDirectory, true);
    // The terminal signals the process group of the parent.
    expect(processGroupOf(pid)).toBe(pid);
    const watchdogs = watchdogsOf(pid).map(Number);
    expect(watchdogs.map(processGroupOf)).toEqual(watchdogs);
    const stopped = messageFrom(parent);
    parent.kill('SIGINT');
    expect(await stopped).toEqual({ answeredBeforeStop: 1 });
    expect(isAlive(pid)).toBe(false);
    await eventually(() => watchdogsOf(pid).length === 0, 'the end of its watchdog');
  });

  it('recovers when the server itself was killed', async () => {
    const dataDirectory = await madeDirectory();
    const killed = await start(dataDirectory);
    await query(killed.url, 'insert into kept values (8)');
    process.kill(postmasterPid(dataDirectory), 'SIGKILL');
    await killed.stop();
    const server = await start(dataDirectory);
    expect(await query(server.url, 'select id from kept order by id')).toEqual([{ id: 7 }, { id: 8 }]);
  });

  it('is not stopped by a lock file whose process number belongs to somebody else now', async () => {
    const dataDirectory = await madeDirectory();
    const { uid, gid } = statSync(dataDirectory);
    // Of the server's own user: Postgres takes a living process of its user for a rival.
    const stranger = spawn('sleep', ['60'], {
      stdio: 'ignore',
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    });
    parents.push(stranger);
    writeFileSync(join(dataDirectory, 'postmaster.pid'), `${String(stranger.pid)}\n${dataDirectory}\n`);
    const server = await start(dataDirectory);
    expect(await query(server.url, 'select id from kept')).toEqual([{ id: 7 }]);
    expect(stranger.exitCode).toBeNull();
  });

  it('says in one line what is wrong with a damaged directory, and leaves it as it is', async () => {
    const dataDirectory = await madeDirectory();
    const control = join(dataDirectory, 'global', 'pg_control');
    truncateSync(control, 100);
    const before = readdirSync(dataDirectory);
    const line = await refusal(dataDirectory);
    expect(line).toMatch(/^Postgres can't use the data directory .*pg_control.*Nothing was deleted\.$/);
    expect(line).toContain(dataDirectory);
    expect(line).not.toContain('\n');
    expect(readdirSync(dataDirectory)).toEqual(expect.arrayContaining(before));
    expect(statSync(control).size).toBe(100);
  });

  it('says so when a part of the directory is missing', async () => {
    const dataDirectory = await madeDirectory();
    rmSync(join(dataDirectory, 'global'), { recursive: true });
    expect(await refusal(dataDirectory)).toMatch(
      /: could not find the database system .*global\/pg_control".*Nothing was deleted\.$/,
    );
  });

  it('does not touch a folder that holds something else', async () => {
    const dataDirectory = newDirectory();
    mkdirSync(dataDirectory);
    writeFileSync(join(dataDirectory, 'thesis.txt'), 'x');
    expect(await refusal(dataDirectory)).toMatch(
      /is not empty but holds no Postgres data.*Nothing was deleted/,
    );
    expect(readdirSync(dataDirectory)).toEqual(['thesis.txt']);
  });

  it('takes an empty folder that is there', async () => {
    const dataDirectory = newDirectory();
    mkdirSync(dataDirectory);
    const server = await start(dataDirectory);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('names both versions when the directory belongs to another Postgres', async () => {
    const dataDirectory = await madeDirectory();
    writeFileSync(join(dataDirectory, 'PG_VERSION'), '15\n');
    expect(await refusal(dataDirectory)).toMatch(/belongs to Postgres 15, this is Postgres 18: .* pg_dump/);
  });

  it('says which file is missing when the password is gone', async () => {
    const dataDirectory = await madeDirectory();
    rmSync(join(dataDirectory, 'tollgate.password'));
    expect(await refusal(dataDirectory)).toMatch(/tollgate\.password with the password .* is missing/);
  });

  it('says so when the port is taken, and takes the port that it is given', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const dataDirectory = await madeDirectory();
    expect(await refusal(dataDirectory, { port })).toMatch(
      new RegExp(`can't listen on 127\\.0\\.0\\.1:${String(port)}: another program has that port`),
    );
    await new Promise((resolve) => taken.close(resolve));
    const server = await start(dataDirectory, { port });
    expect(new URL(server.url).port).toBe(String(port));
  });

  it('works where the path is too long for a socket', async () => {
    const parent = join(folder, 'x'.repeat(120));
    mkdirSync(parent, { mode: 0o711 });
    execFileSync('cp', ['-a', await madeDirectory(), join(parent, 'data')]);
    const server = await start(join(parent, 'data'));
    expect(await query(server.url, 'show unix_socket_directories')).toEqual([
      { unix_socket_directories: '' },
    ]);
  });
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

function postmasterPid(dataDirectory: string): number {
  return Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function messageFrom(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => {
      reject(new Error(`The parent process ended with ${String(code)}.`));
    });
  });
}

/** The fifth field; the second one, in parentheses, may hold anything. */
function processGroupOf(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[2]);
}

function watchdogsOf(pid: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => commandLine(name).includes(`tollgate-postgres-watchdog ${String(pid)} `));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended since the folder was read.
    return '';
  }
}
