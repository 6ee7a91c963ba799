import { ValidationFailed } from '../problems/validation-failed.js';

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** For the next page; `null`: this is the last. */
  readonly nextCursor: string | null;
}

/** Where a page ended, as text that clients hand back unread: the sort keys of its last row. */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * The sort keys in a cursor, `keysCount` of them; `undefined` for the first page.
 * Throws `validation_failed` for a cursor that this API did not make.
 */
export function decodeCursor(cursor: string | undefined, keysCount: number): readonly string[] | undefined {
  if (cursor === undefined) {
    return undefined;
  }
  const position = parse(Buffer.from(cursor, 'base64url').toString());
  if (!isPosition(position, keysCount)) {
    throw new ValidationFailed([
      { field: 'cursor', message: 'cursor must be the nextCursor of a page before' },
    ]);
  }
  return position;
}

/** The page of rows read with one row more than `limit`: the extra row says that there is a next page. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => readonly string[],
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null;
  return { items, nextCursor };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown, keysCount: number): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length === keysCount &&
    // No database holds a NUL: a position with one was never handed out.
    value.every((part) => typeof part === 'string' && !part.includes('\u0000'))
  );
}
