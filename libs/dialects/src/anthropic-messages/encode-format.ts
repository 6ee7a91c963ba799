import type { JsonObject } from '../canonical/part.js';
import type { CanonicalRequest } from '../canonical/request.js';
import type { TargetProfile } from '../canonical/target.js';
import type { Warnings } from '../canonical/warning.js';
import { objectOf } from '../json/tolerant.js';
import type { Block } from './wire.js';

export interface WireFormat {
  readonly format?: Block;
  /** What the model is told instead. */
  readonly instructions: readonly string[];
}

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
export function encodeFormat(
  { responseFormat }: CanonicalRequest,
  { structuredOutput }: TargetProfile,
  warnings: Warnings,
): WireFormat {
  if (responseFormat === undefined || responseFormat.type === 'text') return { instructions: [] };
  if (responseFormat.type === 'json-schema' && structuredOutput === 'json-schema') {
    const schema = closed(responseFormat.schema, warnings);
    return { format: { type: 'json_schema', schema: objectOf(schema) ?? {} }, instructions: [] };
  }
  warnings.add('approximated', 'responseFormat', 'the model is asked for JSON in its instructions');
  const plea = 'Answer with one valid JSON value and nothing else: no words around it and no code fence.';
  if (responseFormat.type === 'json') return { instructions: [plea] };
  const schema = JSON.stringify(responseFormat.schema);
  return { instructions: [`${plea} It must satisfy this JSON schema:\n${schema}`] };
}

/** Members of a schema that hold schemas: one, a list of them, or some by name. */
const SCHEMAS = new Set(['items', 'not', 'anyOf', 'allOf', 'oneOf', 'prefixItems']);
const NAMED_SCHEMAS = new Set(['properties', '$defs', 'definitions']);
/** Deeper than clients may nest their JSON. */
const DEPTH_MAX = 200;

/** The vendor takes only schemas whose objects say that they have no other members. */
function closed(schema: unknown, warnings: Warnings, depth = 0): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => closed(entry, warnings, depth + 1));
  const object = objectOf(schema);
  if (object === undefined || depth > DEPTH_MAX) return schema;
  const members = Object.entries(object).map(([name, value]): [string, unknown] => {
    if (SCHEMAS.has(name)) return [name, closed(value, warnings, depth + 1)];
    return [name, NAMED_SCHEMAS.has(name) ? eachClosed(value, warnings, depth + 1) : value];
  });
  if (!isObjectSchema(object)) return Object.fromEntries(members);
  if ((object['additionalProperties'] ?? false) !== false) {
    warnings.add('approximated', 'responseFormat', 'objects may have no other members there');
  }
  return { ...Object.fromEntries(members), additionalProperties: false };
}

function eachClosed(schemas: unknown, warnings: Warnings, depth: number): unknown {
  const named: JsonObject | undefined = objectOf(schemas);
  if (named === undefined) return schemas;
  return Object.fromEntries(
    Object.entries(named).map(([name, schema]) => [name, closed(schema, warnings, depth)]),
  );
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return (
    type === 'object' ||
    (Array.isArray(type) && type.includes('object')) ||
    objectOf(properties) !== undefined
  );
}
