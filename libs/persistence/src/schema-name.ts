import { GatewayError } from '@tollgate/contracts';

/** Room is left for prefixes and suffixes within Postgres' 63 bytes. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,47}$/;

/**
 * The schema's name, checked, so that it may stand in SQL text where no parameter can.
 *
 * @throws GatewayError `internal_error`
 */
export function checkedSchemaName(schema: string): string {
  if (SCHEMA_NAME.test(schema)) return schema;
  throw new GatewayError(
    'internal_error',
    `"${schema}" can't name a schema: use lower-case letters, digits and underscores, at most 48.`,
    { exposure: 'internal' },
  );
}
