import { afterAll, beforeAll } from '@jest/globals';
import {
  createTestDatabase,
  describeDocumentStore,
  describeEventLog,
  uniqueName,
  type TestDatabase,
} from '@tollgate/testing';
import pg from 'pg';
import { ensureMessagingSchema, PostgresDocumentStore, PostgresEventLog } from './index.js';

const silentLogger = { info: () => undefined, warn: () => undefined, error: () => undefined };

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 4, application_name: 'spec' });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function makeHarness<Adapter>(
  open: (options: { databaseUrl: string; schema: string; logger: typeof silentLogger }) => Adapter,
) {
  const schema = uniqueName('messaging');
  await ensureMessagingSchema(pool, schema);
  return {
    open: async () => open({ databaseUrl: database.url, schema, logger: silentLogger }),
    dropConnections: async () => {
      await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'tollgate messaging%'`,
      );
    },
    close: async () => {
      await pool.query(`drop schema ${schema} cascade`);
    },
  };
}

describeEventLog('Postgres', () => makeHarness((options) => new PostgresEventLog(options)));
describeDocumentStore('Postgres', () => makeHarness((options) => new PostgresDocumentStore(options)));
