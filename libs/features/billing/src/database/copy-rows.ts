import { copyIn } from '@tollgate/persistence';
import type { EntityManager } from 'typeorm';
import type { Column } from './insert-rows.js';

export interface CopyRows<Row> {
  readonly table: string;
  readonly columns: readonly CopiedColumn<Row>[];
  readonly rows: readonly Row[];
}

/** The table knows its type: the value is text as Postgres reads that type, e.g. an array literal. */
export type CopiedColumn<Row> = Pick<Column<Row>, 'name' | 'value'>;

/**
 * Inserts all rows with one COPY: cheaper than `insertRows` where rows are wide, and none meets a conflict or returns
 * something.
 */
export async function copyRows<Row>(manager: EntityManager, input: CopyRows<Row>): Promise<void> {
  const { table, columns, rows } = input;
  if (rows.length === 0) return;
  const names = columns.map(({ name }) => name).join(', ');
  await copyIn(manager, `copy ${table} (${names}) from stdin`, copyText(columns, rows));
}

/** Rows in COPY's text format: a line a row, a tab between columns, `\N` for null. */
export function copyText<Row>(columns: readonly CopiedColumn<Row>[], rows: readonly Row[]): string {
  let text = '';
  for (const row of rows) {
    let separator = '';
    for (const { value } of columns) {
      text += separator + fieldText(value(row));
      separator = '\t';
    }
    text += '\n';
  }
  return text;
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function fieldText(value: string | number | boolean | null): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  if (!SPECIAL.test(value)) return value;
  return value.replace(/[\\\t\n\r]/g, (special) => ESCAPES[special] ?? special);
}
