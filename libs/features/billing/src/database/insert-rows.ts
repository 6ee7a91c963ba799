import { arrayLiteral } from './array-literal.js';
import { query, type SqlExecutor } from './query.js';

/** One column of a bulk insert: its Postgres type, and its value for a row (bigint and Date already as text). */
export interface Column<Row> {
  readonly name: string;
  readonly type: string;
  readonly value: (row: Row) => string | number | boolean | null;
}

export interface InsertRows<Row> {
  readonly table: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Everything after the select, e.g. `on conflict do nothing returning id`. */
  readonly suffix?: string;
  /** A column. Rows that others may lock are inserted in one order everywhere, else two writers deadlock. */
  readonly orderBy?: string;
}

/** Inserts all rows in one statement: one array a column, unnested by Postgres. Resolves with what it returns. */
export async function insertRows<Row, Returned = never>(
  executor: SqlExecutor,
  input: InsertRows<Row>,
): Promise<Returned[]> {
  const { table, columns, rows, suffix = '', orderBy } = input;
  if (rows.length === 0) return [];
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const order = orderBy === undefined ? '' : `order by ${orderBy}`;
  return query<Returned>(
    executor,
    `insert into ${table} (${names}) select ${names} from unnest(${arrays}) as t (${names}) ${order} ${suffix}`,
    columns.map(({ value }) => arrayLiteral(rows.map(value))),
  );
}
