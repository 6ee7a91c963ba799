import type { DataSource, EntityManager } from 'typeorm';

/** What SQL can be sent through: a data source, or the manager of a running transaction. */
export type SqlExecutor = Pick<DataSource | EntityManager, 'query'>;

/**
 * Runs a statement and resolves with its rows. `Row` says what the statement returns: columns of type bigint and
 * numeric are strings.
 */
export async function query<Row>(
  executor: SqlExecutor,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const result: unknown = await executor.query(sql, [...parameters]);
  if (!Array.isArray(result)) return [];
  // TypeORM gives [rows, count] for update and delete, rows for all else.
  const [first, second] = result as unknown[];
  const rows = Array.isArray(first) && typeof second === 'number' ? (first as unknown[]) : result;
  return rows as Row[];
}

/** SQLSTATE classes: data exception, integrity constraint violation. */
const DATA_FAULT_CLASSES = new Set(['22', '23']);

/** Whether Postgres refused the data (a value or a constraint), not the moment: trying again is of no use. */
export function isDataFault(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('driverError' in error && error.driverError !== error) return isDataFault(error.driverError);
  return 'code' in error && typeof error.code === 'string' && DATA_FAULT_CLASSES.has(error.code.slice(0, 2));
}
