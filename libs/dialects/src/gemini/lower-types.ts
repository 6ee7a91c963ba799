import { objectOf } from '../json/tolerant.js';

const DEPTH_MAX = 64;

/** The API writes types of schemas in capitals (`STRING`); JSON schema has small letters. */
export function lowerTypes(
  schema: Readonly<Record<string, unknown>>,
  depth = 0,
): Readonly<Record<string, unknown>> {
  if (depth > DEPTH_MAX) return schema;
  const lowered = (value: unknown): unknown => {
    const object = objectOf(value);
    if (object !== undefined) return lowerTypes(object, depth + 1);
    return Array.isArray(value) ? value.map(lowered) : value;
  };
  const members = Object.entries(schema).map(([name, value]): [string, unknown] => {
    if (name === 'type') return [name, typeof value === 'string' ? value.toLowerCase() : value];
    if (name === 'enum' || name === 'example' || name === 'default') return [name, value];
    // Its members are names of the tenant's own: one may be called "type".
    const named = name === 'properties' ? objectOf(value) : undefined;
    if (named === undefined) return [name, lowered(value)];
    return [name, Object.fromEntries(Object.entries(named).map(([own, schema]) => [own, lowered(schema)]))];
  });
  return Object.fromEntries(members);
}
