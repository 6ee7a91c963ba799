import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { isAlive } from '../process/is-alive.js';
import { startTypeScript } from '../typescript-child.js';
import { type PrivateServers, startServers } from './private-servers.js';

/** Sends one line to a server and resolves with its first answer. */
async function ask(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1', () => socket.write(`${line}\r\n`));
  try {
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString();
  } finally {
    socket.destroy();
  }
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Waits for a condition; the test's own time limit is the bound. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const isListening = (port: number): Promise<boolean> =>
  ask(port, 'PING').then(
    () => true,
    () => false,
  );

const temporaryFolders = (): string[] =>
  readdirSync(tmpdir()).filter((name) => /^tollgate-servers-/.test(name));

/** Larger than any number that a kernel gives to a process. */
const impossiblePid = 2 ** 30;

describe('private servers', () => {
  let servers: PrivateServers;

  beforeAll(async () => {
    servers = await startServers({ postgres: true, nats: true, redis: true });
  });

  afterAll(() => servers.stop());

  it('are the real ones', async () => {
    expect(await query(servers.postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await ask(servers.nats.port, 'PING')).toMatch(/^INFO .*"jetstream":true/);
    expect(await ask(servers.redis.port, 'PING')).toBe('+PONG\r\n');
  });

  it('keep what Postgres committed when it is killed and started again', async () => {
    await query(servers.postgres.url, 'create table kept as select 42 as answer');
    const { url } = servers.postgres;
    await servers.postgres.kill();
    await expect(query(url, 'select 1')).rejects.toThrow();
    await servers.postgres.restart();
    expect(servers.postgres.url).toBe(url);
    expect(await query(url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('hang with their backends when Postgres is stopped by a signal, and go on', async () => {
    const client = new pg.Client(servers.postgres.url);
    await client.connect();
    try {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const stat = `/proc/${rows[0]?.pid}/stat`;
      servers.postgres.signal('SIGSTOP');
      // Where there is no /proc (macOS), its state can't be seen.
      if (existsSync(stat)) await until(() => readFileSync(stat, 'utf8').includes(') T '));
      servers.postgres.signal('SIGCONT');
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    } finally {
      await client.end();
    }
  });

  it('keep what Redis answered when it is killed and started again', async () => {
    const { port } = servers.redis;
    await ask(port, 'SET kept 42');
    await servers.redis.kill();
    expect(await isListening(port)).toBe(false);
    await servers.redis.restart();
    expect(await ask(port, 'GET kept')).toBe('$2\r\n42\r\n');
  });

  it('bring NATS back on the same port', async () => {
    const { port } = servers.nats;
    await servers.nats.stop();
    expect(await isListening(port)).toBe(false);
    await servers.nats.restart();
    expect(await isListening(port)).toBe(true);
  });

  it('are only those that were asked for', async () => {
    const redisOnly = await startServers({ redis: true });
    await redisOnly.stop();
    expect(() => redisOnly.nats).toThrow('The nats server was not started');
  });
});

describe('what remains of private servers', () => {
  const children: ChildProcess[] = [];

  afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

  async function hold(): Promise<{ child: ChildProcess; nats: number; redis: number }> {
    const child = startTypeScript(new URL('./hold-servers.ts', import.meta.url).href);
    children.push(child);
    const [ports] = (await once(child, 'message')) as [{ nats: number; redis: number }];
    return { child, ...ports };
  }

  it('is nothing after they stopped', async () => {
    const before = temporaryFolders();
    const servers = await startServers({ redis: true });
    const made = temporaryFolders().filter((name) => !before.includes(name));
    expect(made).not.toHaveLength(0);
    await servers.stop();
    expect(await isListening(servers.redis.port)).toBe(false);
    expect(made.filter((name) => existsSync(join(tmpdir(), name, 'redis')))).toEqual([]);
  });

  it('is nothing after their process was killed', async () => {
    const { child, nats, redis } = await hold();
    const folder = folderOf(child);
    child.kill('SIGKILL');
    await until(async () => !(await isListening(nats)) && !(await isListening(redis)));
    await until(() => !existsSync(folder));
    expect(existsSync(folder)).toBe(false);
  });

  it('is swept by the next launcher if the guard was killed too', async () => {
    const { child, nats, redis } = await hold();
    const folder = folderOf(child);
    const guard = guardOf(folder);
    process.kill(guard, 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(() => !isAlive(guard));
    const next = await startServers({ redis: true });
    await next.stop();
    expect([await isListening(nats), await isListening(redis), existsSync(folder)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is its data where a folder was given, which serves one launcher at a time', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tollgate-lasting-'));
    const first = await startServers({ redis: true, directory });
    await ask(first.redis.port, 'SET kept 42');
    await expect(startServers({ redis: true, directory })).rejects.toThrow('are already running');
    await first.stop();
    const second = await startServers({ redis: true, directory });
    const answer = await ask(second.redis.port, 'GET kept');
    await second.stop();
    rmSync(directory, { recursive: true });
    expect(answer).toBe('$2\r\n42\r\n');
  });

  it('leaves a process alone that got the number of a dead server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-servers-'));
    const dead = impossiblePid;
    writeFileSync(join(folder, 'owner'), `${dead}\n${dead}\n`);
    writeFileSync(join(folder, 'redis-server.pid'), `${process.pid}\n`);
    const next = await startServers({ redis: true });
    await next.stop();
    expect(existsSync(folder)).toBe(false);
  });
});

function folderOf(child: ChildProcess): string {
  const owned = temporaryFolders().find((name) => owners(join(tmpdir(), name))[0] === child.pid);
  if (owned === undefined) throw new Error('The process has no servers folder.');
  return join(tmpdir(), owned);
}

function guardOf(folder: string): number {
  const [, guard] = owners(folder);
  if (guard === undefined) throw new Error('The folder has no guard.');
  return guard;
}

function owners(folder: string): number[] {
  const file = join(folder, 'owner');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number) : [];
}
