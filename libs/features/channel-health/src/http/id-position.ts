import { decodeCursor } from '@tollgate/control-api';

/** Where a page sorted by a number ended. Throws `validation_failed` for a cursor that this API did not make. */
export function idPosition(cursor: string | undefined): readonly string[] | undefined {
  const position = decodeCursor(cursor, 1);
  return position === undefined || /^\d{1,18}$/.test(position[0] ?? '') ? position : decodeCursor('', 1);
}
