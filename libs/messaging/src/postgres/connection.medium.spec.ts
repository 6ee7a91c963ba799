import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@tollgate/testing';
import pg from 'pg';
import { PostgresConnection } from './connection.js';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const handler = { notified: () => undefined, listening: () => undefined };

describe('a connection that listens in Postgres', () => {
  let database: TestDatabase;
  let connection: PostgresConnection;

  beforeAll(async () => {
    database = await createTestDatabase();
    connection = new PostgresConnection({ databaseUrl: database.url, logger });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(async () => {
    await connection.close();
    await database.drop();
  });

  it('is given one statement at a time, however many channels are asked for at once', async () => {
    await connection.listen('first', handler).inForce;
    const query = Reflect.get(pg.Client.prototype, 'query') as (...input: unknown[]) => Promise<unknown>;
    let underWay = 0;
    let most = 0;
    const counted = function (this: pg.Client, ...statement: unknown[]): unknown {
      underWay += 1;
      most = Math.max(most, underWay);
      return query.apply(this, statement).finally(() => (underWay -= 1));
    };
    jest.spyOn(pg.Client.prototype, 'query').mockImplementation(counted);
    await Promise.all(
      ['second', 'third', 'fourth'].map((channel) => connection.listen(channel, handler).inForce),
    );
    expect(most).toBe(1);
  });
});
