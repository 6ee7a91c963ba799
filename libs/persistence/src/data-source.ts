import { DataSource, type Logger, type MigrationInterface } from 'typeorm';
import { parseDatabaseAddress } from './database-address.js';
import { checkedSchemaName } from './schema-name.js';

export interface ServiceDatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** The service's own schema: its tables, its migrations table, its outbox. */
  readonly schema: string;
  /** In any order: each class name ends in its time stamp, as TypeORM wants it. Each runs in its own transaction. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Entity classes; default none. */
  readonly entities?: readonly (new () => object)[];
  /** Connections at most; default 10. */
  readonly poolMax?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
}

const POOL_MAX_DEFAULT = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
export const MIGRATIONS_TABLE = 'migrations';

/** TypeORM's own writes failures of migrations to the console; ours leave as errors. */
const silentLogger: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/**
 * A data source that is not connected yet. Unqualified names resolve in the service's schema only, `bigint` columns
 * come back as strings, and tables are changed by migrations alone.
 *
 * @throws GatewayError `service_unavailable` when the URL can't be read
 */
export function createDataSource(options: ServiceDatabaseOptions): DataSource {
  const schema = checkedSchemaName(options.schema);
  parseDatabaseAddress(options.url);
  return new DataSource({
    type: 'postgres',
    url: options.url,
    schema,
    entities: [...(options.entities ?? [])],
    migrations: [...options.migrations],
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'each',
    synchronize: false,
    logger: silentLogger,
    applicationName: options.applicationName,
    poolSize: options.poolMax ?? POOL_MAX_DEFAULT,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // gen_random_uuid() is built in: nothing needs the right to create extensions.
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    // An idle connection that breaks is replaced by the pool; whoever needs one meanwhile gets the error itself.
    poolErrorHandler: () => undefined,
    extra: {
      keepAlive: true,
      options: `-c search_path=${schema}`,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    },
  });
}

/** Where a data source made here points to. */
export function connectionOf(dataSource: DataSource): { readonly url: string; readonly schema: string } {
  const { options } = dataSource;
  if (options.type !== 'postgres' || options.url === undefined || options.schema === undefined) {
    throw new TypeError('The data source was not made by createDataSource.');
  }
  return { url: options.url, schema: options.schema };
}
