import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, eventually, type TestDatabase } from '@tollgate/testing';
import pg from 'pg';
import { FreezingLink } from '../test-support/freezing-link.js';
import { endSession, SessionLock } from './session-lock.js';

jest.setTimeout(30_000);

let database: TestDatabase;
let link: FreezingLink;
const clients: pg.Client[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  link = await FreezingLink.to(database.url);
});
afterEach(() => Promise.all(clients.splice(0).map(endSession)));
afterAll(async () => {
  link.close();
  await database.drop();
});

async function sessionAt(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

const take = (client: pg.Client, name: string, onLost: () => void = () => undefined) =>
  SessionLock.tryTake(client, { key: 1, name, onLost });

describe('a lock of a session', () => {
  it('is held by one session, and by another one once it was given free', async () => {
    const [first, second] = [await sessionAt(database.url), await sessionAt(database.url)];
    const lock = await take(first, 'free');
    expect([lock?.isCertain, await take(second, 'free')]).toEqual([true, undefined]);
    await lock?.release();
    expect(await take(second, 'free')).toBeDefined();
  });

  it("is another session's within ten seconds when its holder is silent; one whose holder is idle is kept", async () => {
    // Given two holders, of which one can be cut off.
    const lost = jest.fn();
    const kept = await take(await sessionAt(database.url), 'kept');
    const silent = await take(await sessionAt(link.url), 'silent', lost);
    const other = await sessionAt(database.url);
    expect([kept?.isCertain, silent?.isCertain]).toEqual([true, true]);

    // When it is, then it is certain no more before the other one has the lock.
    link.freeze();
    const certainAtTheEnd = await eventually(
      async () => (await take(other, 'silent')) && { silent: silent?.isCertain },
      'the other session to have the lock',
      10_000,
    );
    expect(certainAtTheEnd).toEqual({ silent: false });
    expect([kept?.isCertain, await take(other, 'kept')]).toEqual([true, undefined]);

    // When it goes on, then it knows that it has lost it.
    link.thaw();
    await expect(silent?.confirm()).rejects.toThrow('The database session is over, and its lock with it.');
    expect([silent?.isLost, lost.mock.calls]).toEqual([true, [[]]]);
  });

  it('ends with a transaction in which its holder is silent', async () => {
    const client = await sessionAt(link.url);
    await take(client, 'transaction');
    await client.query('begin');
    link.freeze();
    const other = await sessionAt(database.url);
    await eventually(() => take(other, 'transaction'), 'the other session to have the lock', 10_000);
    link.thaw();
  });

  it('is kept through a transaction that fails', async () => {
    const client = await sessionAt(database.url);
    const lock = await take(client, 'failed');
    await client.query('begin');
    await expect(client.query('select 1 / 0')).rejects.toThrow('division by zero');
    await expect(client.query('select 1')).rejects.toThrow('current transaction is aborted');
    await client.query('');
    await client.query('rollback');
    expect(lock?.isCertain).toBe(true);
  });

  it('is lost at once with its session', async () => {
    const lost = jest.fn();
    const client = await sessionAt(database.url);
    const lock = await take(client, 'ended', lost);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await (await sessionAt(database.url)).query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await eventually(() => lock?.isLost, 'the lock to be lost');
    expect(lost.mock.calls).toEqual([[]]);
  });
});
