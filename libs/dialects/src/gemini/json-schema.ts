import { unsupported } from '../canonical/failure.js';
import type { JsonObject } from '../canonical/part.js';
import type { Warnings } from '../canonical/warning.js';
import { arrayOf, objectOf, objectsOf, textOf } from '../json/tolerant.js';

/**
 * The subset of OpenAPI that schemas of the API may use. https://ai.google.dev/api/caching#Schema
 * Keywords that only describe (`title`, `$schema`) are left out; those that restrict are left out with a warning.
 */
const KEPT = new Set([
  ...[
    'description',
    'nullable',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
    'minLength',
    'maxLength',
  ],
  ...['pattern', 'minimum', 'maximum', 'required', 'propertyOrdering', 'example', 'default', 'title'],
]);
const HARMLESS = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'examples',
  'strict',
  'deprecated',
]);
const FORMATS: Readonly<Record<string, ReadonlySet<string>>> = {
  string: new Set(['enum', 'date-time']),
  number: new Set(['float', 'double']),
  integer: new Set(['int32', 'int64']),
};
const DEPTH_MAX = 32;
/** Unknown keywords stand in warnings. */
const KEYWORD_LENGTH_MAX = 50;
/** Inlined references can multiply: a schema may not become larger than this. */
const NODES_MAX = 5_000;

/**
 * A JSON schema as the API takes it: references inlined, `const` as an enumeration of one, `null` among types as
 * `nullable`, `oneOf` as `anyOf`, `allOf` merged.
 *
 * @param field where it stands, for warnings
 * @throws GatewayError `unsupported_feature` for a schema that refers to itself, or is too deep or too large
 */
export function toApiSchema(schema: JsonObject, field: string, warnings: Warnings): JsonObject {
  return new SchemaConverter(schema, field, warnings).convert(schema, 0);
}

class SchemaConverter {
  private nodes = 0;

  constructor(
    private readonly root: JsonObject,
    private readonly field: string,
    private readonly warnings: Warnings,
  ) {}

  convert(given: JsonObject, depth: number): JsonObject {
    this.step(depth);
    const schema = this.merged(this.resolved(given, depth), depth);
    const converted: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(schema)) this.member(converted, name, value, depth);
    this.typeOf(converted, schema);
    this.formatOf(converted, schema);
    this.complete(converted);
    return converted;
  }

  /** The vendor refuses lists that say nothing of their items, and demands for members that are not described. */
  private complete(converted: Record<string, unknown>): void {
    if (converted['type'] === 'ARRAY' && Object.keys(objectOf(converted['items']) ?? {}).length === 0) {
      converted['items'] = { type: 'STRING' };
      this.loses('lists of anything');
    }
    const required = arrayOf(converted['required']);
    const properties = objectOf(converted['properties']) ?? {};
    const known = required.filter((name) => typeof name === 'string' && Object.hasOwn(properties, name));
    if (known.length === required.length) return;
    this.loses('required members without a schema');
    if (known.length > 0) converted['required'] = known;
    else delete converted['required'];
  }

  private step(depth: number): void {
    this.nodes += 1;
    if (depth <= DEPTH_MAX && this.nodes <= NODES_MAX) return;
    throw unsupported(
      this.field,
      'The schema is too deep, too large, or refers to itself: this vendor takes no such schema.',
    );
  }

  private member(converted: Record<string, unknown>, name: string, value: unknown, depth: number): void {
    switch (name) {
      case 'properties':
        converted['properties'] = this.properties(objectOf(value) ?? {}, depth);
        return;
      case 'items':
      case 'prefixItems':
        this.items(converted, name, value, depth);
        return;
      case 'anyOf':
      case 'oneOf':
        this.alternatives(converted, objectsOf(value), depth);
        return;
      case 'const':
        this.enumeration(converted, [value]);
        return;
      case 'enum':
        this.enumeration(converted, arrayOf(value));
        return;
      case 'type':
      case 'format':
        return;
      default:
        this.keyword(converted, name, value);
    }
  }

  /** Of a tuple, the first one stands for all. */
  private items(converted: Record<string, unknown>, name: string, value: unknown, depth: number): void {
    const only = objectOf(value);
    if (only !== undefined) {
      converted['items'] = this.convert(only, depth + 1);
      return;
    }
    if (!Array.isArray(value)) return;
    this.loses(name === 'items' ? 'items as a list' : name);
    converted['items'] ??= this.convert(objectsOf(value)[0] ?? {}, depth + 1);
  }

  private keyword(converted: Record<string, unknown>, name: string, value: unknown): void {
    if (KEPT.has(name)) converted[name] = value;
    else if (name === 'additionalProperties' && value === false) return;
    else if (!HARMLESS.has(name)) this.loses(name);
  }

  private properties(properties: JsonObject, depth: number): JsonObject {
    const entries = Object.entries(properties).map(([name, value]): [string, unknown] => [
      name,
      this.convert(objectOf(value) ?? {}, depth + 1),
    ]);
    return Object.fromEntries(entries);
  }

  private alternatives(
    converted: Record<string, unknown>,
    schemas: readonly JsonObject[],
    depth: number,
  ): void {
    const real = schemas.filter(({ type }) => type !== 'null');
    if (real.length < schemas.length) converted['nullable'] = true;
    const [only] = real;
    if (real.length === 1 && only !== undefined) Object.assign(converted, this.convert(only, depth + 1));
    else converted['anyOf'] = real.map((schema) => this.convert(schema, depth + 1));
  }

  private enumeration(converted: Record<string, unknown>, values: readonly unknown[]): void {
    if (values.includes(null)) converted['nullable'] = true;
    const real = values.filter((value) => value !== null);
    if (real.every((value) => typeof value === 'string')) converted['enum'] = real;
    else {
      // Only strings can be enumerated there.
      this.loses('enum');
      const note = `One of: ${real.map(asText).join(', ')}.`;
      const description = textOf(converted['description']);
      converted['description'] = description === undefined ? note : `${description} ${note}`;
    }
  }

  private typeOf(converted: Record<string, unknown>, schema: JsonObject): void {
    const types = (Array.isArray(schema['type']) ? arrayOf(schema['type']) : [schema['type']]).filter(
      (type): type is string => typeof type === 'string',
    );
    const real = types.map((type) => type.toLowerCase()).filter((type) => type !== 'null');
    if (real.length < types.length) converted['nullable'] = true;
    const [only] = real;
    if (real.length > 1 && converted['anyOf'] === undefined) {
      converted['anyOf'] = real.map((type) => ({ type: type.toUpperCase() }));
    } else if (only !== undefined) converted['type'] = only.toUpperCase();
    else if (converted['type'] === undefined) {
      if (converted['properties'] !== undefined) converted['type'] = 'OBJECT';
      else if (converted['enum'] !== undefined) converted['type'] = 'STRING';
      else if (isOfNumbers(schema['enum'] ?? [schema['const']])) converted['type'] = 'NUMBER';
      else if (converted['items'] !== undefined) converted['type'] = 'ARRAY';
    }
  }

  private formatOf(converted: Record<string, unknown>, { format }: JsonObject): void {
    const type = textOf(converted['type'])?.toLowerCase() ?? '';
    if (typeof format !== 'string') return;
    if (Object.hasOwn(FORMATS, type) && FORMATS[type]?.has(format) === true) converted['format'] = format;
    else this.loses('format');
  }

  /** What a reference within the same schema points to. */
  private resolved(schema: JsonObject, depth: number): JsonObject {
    const reference = textOf(schema['$ref']);
    if (reference === undefined) return schema;
    this.step(depth);
    const path = reference
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const target = path.reduce<unknown>((value, step) => {
      const object = objectOf(value);
      return object !== undefined && Object.hasOwn(object, step) ? object[step] : undefined;
    }, this.root);
    if (!reference.startsWith('#') || objectOf(target) === undefined) {
      throw unsupported(
        this.field,
        `The schema refers to "${reference.slice(0, 100)}", which is not within it.`,
      );
    }
    const { $ref: _reference, ...rest } = schema;
    return this.resolved({ ...objectOf(target), ...rest }, depth + 1);
  }

  private merged(schema: JsonObject, depth: number): JsonObject {
    if (!Array.isArray(schema['allOf'])) return schema;
    this.step(depth);
    const { allOf, ...rest } = schema;
    return objectsOf(allOf).reduce<JsonObject>((all, part) => {
      const more = this.merged(this.resolved(part, depth + 1), depth + 1);
      return {
        ...all,
        ...more,
        ...both('properties', { ...objectOf(all['properties']), ...objectOf(more['properties']) }),
        ...both('required', [...new Set([...arrayOf(all['required']), ...arrayOf(more['required'])])]),
      };
    }, rest);
  }

  private loses(keyword: string): void {
    this.warnings.add(
      'approximated',
      this.field,
      `the vendor's schemas know no "${keyword.slice(0, KEYWORD_LENGTH_MAX)}"`,
    );
  }
}

function isOfNumbers(values: unknown): boolean {
  return Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'number');
}

function both(name: string, value: object): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
