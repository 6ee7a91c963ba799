import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@tollgate/contracts';
import { createTestDatabase, type TestDatabase } from '@tollgate/testing';
import pg from 'pg';
import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { type ServiceDatabaseOptions } from './data-source.js';
import { migrate, openDatabase } from './migrate.js';

class CreateVisits1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Long enough that replicas started together would run it twice without the lock.
    await runner.query('select pg_sleep(0.2)');
    await runner.query('create table visits (id bigint primary key)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table visits');
  }
}

class AddVisitor1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table visits add column visitor text');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table visits drop column visitor');
  }
}

class BreakHalfway1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table half (id int)');
    await runner.query('select * from nowhere_to_be_found');
  }
  async down(): Promise<void> {
    return Promise.resolve();
  }
}

describe('opening a service database', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client(database.url);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const optionsFor = (
    schema: string,
    more: Partial<ServiceDatabaseOptions> = {},
  ): ServiceDatabaseOptions => ({
    url: database.url,
    schema,
    migrations: [AddVisitor1700000000002, CreateVisits1700000000001],
    applicationName: 'test',
    ...more,
  });

  it('makes the schema and runs the migrations in it, in order of their time stamps', async () => {
    const dataSource = await openDatabase(optionsFor('fresh'));
    await dataSource.query(`insert into visits values (9007199254740993, 'ann')`);
    const rows = await client.query(`select visitor from fresh.visits`);
    const names = await client.query(`select name from fresh.migrations order by id`);
    expect(rows.rows).toEqual([{ visitor: 'ann' }]);
    expect(names.rows).toEqual([{ name: 'CreateVisits1700000000001' }, { name: 'AddVisitor1700000000002' }]);
    expect(await dataSource.query('select id from visits')).toEqual([{ id: '9007199254740993' }]);
    await dataSource.destroy();
  });

  it('runs each migration once when several replicas start together', async () => {
    const counts = await Promise.all([1, 2, 3, 4].map(() => migrate(optionsFor('together'))));
    expect(counts.toSorted()).toEqual([0, 0, 0, 2]);
  });

  it('keeps the schemas of services apart', async () => {
    await migrate(optionsFor('one'));
    await migrate(optionsFor('two'));
    const { rows } = await client.query(
      `select table_schema from information_schema.tables where table_name = 'visits' and table_schema in ('one', 'two') order by 1`,
    );
    expect(rows).toEqual([{ table_schema: 'one' }, { table_schema: 'two' }]);
  });

  it('names the migration that failed and leaves nothing of it', async () => {
    const failing = optionsFor('broken', {
      migrations: [CreateVisits1700000000001, BreakHalfway1700000000003],
    });
    await expect(migrate(failing)).rejects.toThrow(
      'Migration BreakHalfway1700000000003 of schema "broken" failed: relation "nowhere_to_be_found" does not exist',
    );
    const { rows } = await client.query(
      `select to_regclass('broken.half') as half, to_regclass('broken.visits') is not null as visits`,
    );
    expect(rows).toEqual([{ half: null, visits: true }]);
  });

  it('works for a user who may not create schemas, where the schema exists', async () => {
    await client.query(`create schema narrow; create role narrow_user_${process.pid} login password 'narrow';
      grant all on schema narrow to narrow_user_${process.pid}`);
    const url = new URL(database.url);
    url.username = `narrow_user_${process.pid}`;
    url.password = 'narrow';
    try {
      expect(await migrate(optionsFor('narrow', { url: url.toString() }))).toBe(2);
    } finally {
      await client.query(`drop owned by narrow_user_${process.pid}; drop role narrow_user_${process.pid}`);
    }
  });

  it('says in one line where nothing listens, and not the password', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const url = `postgres://ann:s3cret@127.0.0.1:${port}/shop`;
    const failure = await openDatabase(optionsFor('gone', { url })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GatewayError);
    expect(failure).toMatchObject({
      code: 'service_unavailable',
      message:
        `Postgres at 127.0.0.1:${port} (database "shop", user "ann") can't be used: nothing listens there. ` +
        'Start it or correct the database URL.',
    });
  });

  it('says so when the database does not exist', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    await expect(openDatabase(optionsFor('gone', { url: url.toString() }))).rejects.toThrow(
      /database "no_such_database".* it has no such database/,
    );
  });

  it.each(['not a url s3cret', 'mysql://ann:s3cret@host/shop'])(
    'does not repeat a URL that it can not read',
    async (url) => {
      const failure = await openDatabase(optionsFor('gone', { url })).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'service_unavailable' });
      expect(String(failure)).not.toContain('s3cret');
    },
  );
});
