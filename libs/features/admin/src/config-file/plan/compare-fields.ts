import { isDeepStrictEqual } from 'node:util';
import type { ConfigFieldChange } from '@tollgate/contracts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of `desired` that are given (not `undefined`) and differ from `current`. */
export function compareFields(current: Fields, desired: Fields): ConfigFieldChange[] {
  return Object.entries(desired)
    .filter(([, to]) => to !== undefined)
    .filter(([field, to]) => !isSame(current[field], to))
    .map(([field, to]) => ({ field, from: current[field] ?? null, to }));
}

/** All given fields, as of something that is not there yet. */
export function newFields(desired: Fields): ConfigFieldChange[] {
  return compareFields({}, desired);
}

/** Not by their text: Postgres hands the fields of JSON objects back in an order of its own. */
function isSame(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left ?? null, right ?? null);
}
