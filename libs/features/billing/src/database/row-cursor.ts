import { decodeCursor, ValidationFailed } from '@tollgate/control-api';

/**
 * The row id that a list's cursor holds, as the input field of a reader; nothing for the first page.
 *
 * @throws ValidationFailed for a cursor that no list of ours made
 */
export function rowIdBefore(cursor: string | undefined): { readonly before?: string } {
  const [before] = decodeCursor(cursor, 1) ?? [];
  if (before === undefined) return {};
  if (/^\d{1,18}$/.test(before)) return { before };
  throw new ValidationFailed([
    { field: 'cursor', message: 'cursor must be the nextCursor of a page before' },
  ]);
}
