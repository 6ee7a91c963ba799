import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../canonical/part.js';
import { Warnings } from '../canonical/warning.js';
import { toApiSchema } from './json-schema.js';

function convert(schema: JsonObject): { schema: JsonObject; lost: string[] } {
  const warnings = new Warnings();
  return { schema: toApiSchema(schema, 'f', warnings), lost: warnings.list.map(({ detail }) => detail) };
}

describe('a JSON schema as the API takes it', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'types in capitals, strictness left out',
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'array', items: { type: 'integer' } } },
        required: ['a'],
        additionalProperties: false,
      },
      {
        type: 'OBJECT',
        properties: { a: { type: 'STRING' }, b: { type: 'ARRAY', items: { type: 'INTEGER' } } },
        required: ['a'],
      },
    ],
    ['null among types', { type: ['string', 'null'] }, { type: 'STRING', nullable: true }],
    ['several types', { type: ['string', 'integer'] }, { anyOf: [{ type: 'STRING' }, { type: 'INTEGER' }] }],
    ['a constant', { const: 'x' }, { enum: ['x'], type: 'STRING' }],
    [
      'null among alternatives',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      { type: 'STRING', nullable: true },
    ],
    [
      'one of several',
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    ],
    [
      'references',
      {
        $defs: { n: { type: 'number' } },
        type: 'object',
        properties: { a: { $ref: '#/$defs/n', description: 'd' } },
      },
      { type: 'OBJECT', properties: { a: { type: 'NUMBER', description: 'd' } } },
    ],
    [
      'all of several',
      {
        allOf: [
          { properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'string' } }, required: ['b'] },
        ],
      },
      { type: 'OBJECT', properties: { a: { type: 'STRING' }, b: { type: 'STRING' } }, required: ['a', 'b'] },
    ],
    ['known formats', { type: 'string', format: 'date-time' }, { type: 'STRING', format: 'date-time' }],
  ])('%s', (_what, schema, expected) => {
    expect(convert(schema)).toEqual({ schema: expected, lost: [] });
  });

  it.each<[JsonObject, JsonObject]>([
    [{ type: 'string', format: 'email' }, { type: 'STRING' }],
    [{ type: 'constructor', format: 'email' }, { type: 'CONSTRUCTOR' }],
    [{ type: 'integer', exclusiveMinimum: 0 }, { type: 'INTEGER' }],
    [
      { type: 'integer', enum: [1, 2] },
      { type: 'INTEGER', description: 'One of: 1, 2.' },
    ],
    [{ type: 'object', additionalProperties: { type: 'string' } }, { type: 'OBJECT' }],
  ])('%j says less, with a warning', (schema, expected) => {
    const converted = convert(schema);
    expect(converted.schema).toEqual(expected);
    expect(converted.lost).toHaveLength(1);
  });

  it.each<[string, JsonObject]>([
    [
      'refers to itself',
      { $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } } } }, $ref: '#/$defs/a' },
    ],
    [
      'refers to itself twice at once',
      { $defs: { a: { allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' },
    ],
    [
      'refers in a circle',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
    ],
    ['refers to what is not there', { $ref: '#/$defs/x' }],
    ['refers elsewhere', { $ref: 'https://example.com/schema' }],
    ['refers to a prototype', { $ref: '#/__proto__' }],
  ])('one that %s is refused', (_what, schema) => {
    expect(() => convert(schema)).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', field: 'f' }),
    );
  });
});
