import { GatewayError } from '@tollgate/contracts';
import pg from 'pg';
import { type DataSource } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { createDataSource, MIGRATIONS_TABLE, type ServiceDatabaseOptions } from './data-source.js';
import { connectionReason, describeDatabaseFailure } from './database-failure.js';
import { codeOf, messageOf } from './thrown.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** How long a replica waits for another one that migrates. */
const MIGRATION_LOCK_TIMEOUT_MS = 600_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Connects, makes the schema and runs the migrations that are due. Replicas that start together run each one once:
 * the others wait for the first.
 *
 * @throws GatewayError `service_unavailable` when the database can't be reached, in one sentence with host and port;
 *   `internal_error` when a migration fails: nothing of that migration stays
 */
export async function openDatabase(options: ServiceDatabaseOptions): Promise<DataSource> {
  const { dataSource } = await openAndMigrate(options);
  return dataSource;
}

/**
 * Runs the migrations that are due and disconnects; resolves with their number. For a migration job.
 *
 * @throws as `openDatabase` does
 */
export async function migrate(options: ServiceDatabaseOptions): Promise<number> {
  const { dataSource, migrated } = await openAndMigrate(options);
  await dataSource.destroy();
  return migrated;
}

async function openAndMigrate(
  options: ServiceDatabaseOptions,
): Promise<{ readonly dataSource: DataSource; readonly migrated: number }> {
  const dataSource = createDataSource(options);
  try {
    const migrated = await underMigrationLock(options, async (client) => {
      await createSchema(client, options.schema);
      await dataSource.initialize();
      return runMigrations(dataSource, options.schema);
    });
    return { dataSource, migrated };
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw describeDatabaseFailure(error, options.url);
  }
}

/** The lock lives in a session of its own, so that it outlasts each migration's transaction. */
async function underMigrationLock<Result>(
  { url, schema, applicationName }: ServiceDatabaseOptions,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `${applicationName} migrations`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A break shows in the next query; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`set lock_timeout = ${String(MIGRATION_LOCK_TIMEOUT_MS)}`);
    await client.query('select pg_advisory_lock($1, hashtext($2))', [ADVISORY_LOCKS.migrations, schema]);
    return await work(client);
  } catch (error) {
    throw codeOf(error) === LOCK_NOT_AVAILABLE ? migrationStuck(schema, error) : error;
  } finally {
    await client.end();
  }
}

/** Asks first: "create schema if not exists" needs the right to create even where the schema exists. */
async function createSchema(client: pg.Client, schema: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
  if (rowCount === 0) await client.query(`create schema ${client.escapeIdentifier(schema)}`);
}

async function runMigrations(dataSource: DataSource, schema: string): Promise<number> {
  try {
    return (await dataSource.runMigrations({ transaction: 'each' })).length;
  } catch (error) {
    if (connectionReason(error) !== undefined) throw error;
    const failed = await firstMissing(dataSource);
    throw new GatewayError(
      'internal_error',
      `Migration ${failed} of schema "${schema}" failed: ${messageOf(error)}`,
      { exposure: 'internal', cause: error },
    );
  }
}

/** They run in order, each in its own transaction: the first that is not recorded is the one that failed. */
async function firstMissing(dataSource: DataSource): Promise<string> {
  const rows = await dataSource.query<{ name: string }[]>(`select name from ${MIGRATIONS_TABLE}`);
  const applied = new Set(rows.map((row) => row.name));
  const names = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const missing = names.filter((name) => !applied.has(name)).sort((a, b) => timestampOf(a) - timestampOf(b));
  return missing[0] ?? 'bookkeeping';
}

/** TypeORM orders migrations by the 13 digits that end their names. */
function timestampOf(name: string): number {
  return Number(name.slice(-13));
}

function migrationStuck(schema: string, cause: unknown): GatewayError {
  return new GatewayError(
    'service_unavailable',
    `Another process has been migrating schema "${schema}" for ${String(MIGRATION_LOCK_TIMEOUT_MS / 60_000)} minutes: ` +
      'end it, then start again.',
    { exposure: 'internal', cause },
  );
}
